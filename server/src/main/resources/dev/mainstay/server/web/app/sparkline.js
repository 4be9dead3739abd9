// A small line without axes. It tells the shape; the number stands beside it.

import { html, svg, nothing } from "lit";

/** The line through the values in a box, from 0 up to the greatest of them, newest at the right edge. */
export function linePath(values, width, height, slots = values.length) {
  const known = values.filter(Number.isFinite);
  if (known.length < 2) return "";
  const top = Math.max(...known) || 1;
  const step = width / Math.max(1, slots - 1);
  const first = slots - values.length;
  let pen = "M";
  let path = "";
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      pen = "M";
      return;
    }
    path += `${pen}${((first + index) * step).toFixed(1)} ${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`;
    pen = "L";
  });
  return path;
}

/** The same line closed along the bottom, piece by piece. */
export function areaPath(line, height) {
  return line
    .split("M")
    .filter((piece) => piece.includes("L"))
    .map((piece) => {
      const points = piece.split("L");
      const x = (point) => point.split(" ")[0];
      return `M${x(points[0])} ${height}L${points.join("L")}L${x(points.at(-1))} ${height}Z`;
    })
    .join("");
}

export function sparkline(values, { width = 64, height = 18, slots, label = "" } = {}) {
  const line = linePath(values ?? [], width, height, slots);
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role=${label ? "img" : nothing}
    aria-label=${label || nothing} aria-hidden=${label ? nothing : "true"} preserveAspectRatio="none">
    ${line ? svg`<path d=${areaPath(line, height)} fill="var(--spark-tint)"/><path d=${line} fill="none" stroke="var(--spark)" stroke-width="1.4" vector-effect="non-scaling-stroke"/>` : nothing}
  </svg>`;
}

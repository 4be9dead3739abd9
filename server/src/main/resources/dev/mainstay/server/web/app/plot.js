// Chart.js with only what is used, dressed in the colours of the theme.

import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

const PALETTE = ["--spark", "--good-fill", "--warn-fill", "--bad-fill", "--idle-fill"];

const MINUTE = 60_000;
const STEPS = [1, 5, 15, 60, 240, 1_440, 7_200].map((minutes) => minutes * MINUTE);

/** Draws the series, into the given chart when there is one already. */
export function drawChart(chart, canvas, series, span, spell) {
  const colour = paint(canvas);
  const datasets = series.map((each, index) => ({
    label: Object.values(each.labels).join(" ") || each.name,
    data: each.points.map((point) => ({ x: Date.parse(point.at), y: point.value })),
    borderColor: colour(PALETTE[index % PALETTE.length]),
    backgroundColor: colour("--spark-tint"),
    fill: series.length === 1,
    borderWidth: 1.5,
    pointRadius: each.points.length < 3 ? 2 : 0,
    tension: 0.15,
  }));
  if (chart) {
    chart.data.datasets = datasets;
    chart.options = options(colour, series[0].unit, span, spell);
    chart.update("none");
    return chart;
  }
  return new Chart(canvas, { type: "line", data: { datasets }, options: options(colour, series[0].unit, span, spell) });
}

/** A custom property as a colour a canvas understands: light-dark() is resolved by the browser on a real element. */
function paint(canvas) {
  return (name) => {
    canvas.style.color = `var(${name})`;
    return getComputedStyle(canvas).color;
  };
}

function options(colour, unit, span, spell) {
  const ticks = { color: colour("--muted"), maxTicksLimit: 6, font: { size: 11 } };
  return {
    animation: false,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    interaction: { mode: "nearest", axis: "x", intersect: false },
    scales: {
      x: {
        type: "linear",
        min: Date.now() - span,
        max: Date.now(),
        grid: { display: false },
        border: { color: colour("--line") },
        ticks: { ...ticks, maxRotation: 0, callback: (value) => stamp(value, span) },
        afterBuildTicks: (axis) => (axis.ticks = roundTimes(axis.min, axis.max)),
      },
      y: { beginAtZero: true, grid: { color: colour("--line") }, border: { display: false }, ticks: { ...ticks, callback: (value) => spell(value, unit) } },
    },
    plugins: {
      tooltip: {
        callbacks: {
          title: ([item]) => new Date(item.parsed.x).toLocaleString("en-GB"),
          label: (item) => `${item.dataset.label}: ${spell(item.parsed.y, unit)}`,
        },
      },
    },
  };
}

/** At most seven moments a clock would name: full quarters, hours or days of the reader's time zone. */
function roundTimes(from, to) {
  const step = STEPS.find((each) => (to - from) / each <= 7) ?? STEPS.at(-1);
  const zone = new Date(to).getTimezoneOffset() * MINUTE;
  const times = [];
  for (let at = Math.ceil((from - zone) / step) * step + zone; at <= to; at += step) times.push({ value: at });
  return times;
}

function stamp(value, span) {
  const day = span > 2 * 1_440 * MINUTE;
  return new Date(value).toLocaleString("en-GB", day ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" });
}

// Chart.js with only what is used, dressed in the colours of the theme.

import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";
import { broken, ROOM } from "./lanes.js";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

const PALETTE = ["--spark", "--good-fill", "--warn-fill", "--bad-fill", "--idle-fill"];

const MINUTE = 60_000;
const STEPS = [1, 5, 15, 60, 240, 1_440, 7_200].map((minutes) => minutes * MINUTE);

/**
 * Draws the series between two moments, into the given chart when there is one already. A `slim` one stands below others
 * on one axis of time: it has none of its own, and its plot begins and ends where theirs do.
 */
export function drawChart(chart, canvas, series, { from, to, slim = false }, spell) {
  const colour = paint(canvas);
  const datasets = series.map((each, index) => ({
    label: Object.values(each.labels).join(" ") || each.name,
    data: broken(each.points.map((point) => ({ x: Date.parse(point.at), y: point.value }))),
    borderColor: colour(PALETTE[index % PALETTE.length]),
    backgroundColor: colour("--spark-tint"),
    fill: series.length === 1,
    borderWidth: 1.5,
    pointRadius: each.points.length < 3 ? 2 : 0,
    tension: 0.15,
  }));
  const wide = options(colour, slim ? shortUnit(series[0].unit) : series[0].unit, { from, to }, spell);
  if (chart) {
    chart.data.datasets = datasets;
    chart.options = slim ? slimmer(wide) : wide;
    chart.update("none");
    return chart;
  }
  return new Chart(canvas, { type: "line", data: { datasets }, options: slim ? slimmer(wide) : wide });
}

/** Draws what a series was, what is expected of it with its band, and its limit, into the given chart when there is one. */
export function drawForecast(chart, canvas, { points, unit, reaches, name }, past, { from, to }, spell) {
  const colour = paint(canvas);
  const line = (label, data, more) => ({ label, data, borderWidth: 1.5, pointRadius: 0, fill: false, ...more });
  const ahead = (value) => points.map((point) => ({ x: Date.parse(point.at), y: value(point) ?? NaN }));
  const datasets = [
    line(name, broken(past.map((point) => ({ x: Date.parse(point.at), y: point.value }))), { borderColor: colour("--spark") }),
    line("expected", ahead((point) => point.expected), { borderColor: colour("--spark"), borderDash: [5, 4] }),
    line("low", ahead((point) => point.low), { borderColor: "transparent" }),
    line("high", ahead((point) => point.high), { borderColor: "transparent", backgroundColor: colour("--spark-tint"), fill: "-1" }),
    ...(reaches === null ? [] : [line("limit", [{ x: from, y: reaches }, { x: to, y: reaches }], { borderColor: colour("--bad-fill"), borderDash: [2, 3], order: -1 })]),
  ];
  const all = options(colour, unit, { from, to }, spell);
  all.scales.y.beginAtZero = false;
  if (!chart) return new Chart(canvas, { type: "line", data: { datasets }, options: all });
  Object.assign(chart, { options: all });
  chart.data.datasets = datasets;
  chart.update("none");
  return chart;
}

/** A custom property as a colour a canvas understands: light-dark() is resolved by the browser on a real element. */
function paint(canvas) {
  return (name) => {
    canvas.style.color = `var(${name})`;
    return getComputedStyle(canvas).color;
  };
}

/** A unit of which a figure is not a figure without it; others stand beside the name. */
const shortUnit = (unit) => (unit === "ms" || unit === "ratio" ? unit : "");

function slimmer({ scales: { x, y }, ...rest }) {
  return {
    ...rest,
    layout: { padding: { right: ROOM.right, top: 4, bottom: 2 } },
    scales: { x: { ...x, display: false }, y: { ...y, ticks: { ...y.ticks, maxTicksLimit: 4 }, afterFit: (axis) => (axis.width = ROOM.left) } },
    plugins: { tooltip: { enabled: false } },
    events: [],
  };
}

function options(colour, unit, { from, to }, spell) {
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
        min: from,
        max: to,
        grid: { display: false },
        border: { color: colour("--line") },
        ticks: { ...ticks, maxRotation: 0, callback: (value) => stamp(value, to - from) },
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

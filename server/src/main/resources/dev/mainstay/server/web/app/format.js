// How numbers and times are spelled on the screen. Everything here is a pure function.

const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const PLAIN = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 1234 → "1,234", 1234567 → "1.2M". */
export function count(number) {
  if (!Number.isFinite(number)) return "–";
  return Math.abs(number) < 100_000 ? PLAIN.format(number) : COMPACT.format(number);
}

/** A rate with as many digits as it deserves: 0.25, 3.1, 120. */
export function rate(number) {
  if (!Number.isFinite(number)) return "–";
  if (number === 0) return "0";
  return number < 1 ? number.toFixed(2) : number < 100 ? number.toFixed(1).replace(/\.0$/, "") : count(number);
}

/** Milliseconds as a person reads them: "0.4 ms", "12 ms", "1.3 s", "2 min". */
export function duration(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "–";
  if (milliseconds >= 10 && milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 10) return `${short(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${short(milliseconds / 1_000)} s`;
  if (milliseconds < 3_600_000) return `${short(milliseconds / 60_000)} min`;
  return `${short(milliseconds / 3_600_000)} h`;
}

/** One digit behind the point, where it is not a zero. */
const short = (number) => number.toFixed(1).replace(/\.0$/, "");

/** A measured value with its unit, as axes and tooltips show it. */
export function quantity(value, unit) {
  if (unit === "ms") return duration(value);
  if (unit === "ratio") return `${rate(value * 100)} %`;
  return unit ? `${rate(value)} ${unit}` : rate(value);
}

/** How long ago, from milliseconds: "now", "4 s", "12 min", "3 h", "5 d". */
export function age(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "never";
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `age` as part of a sentence: "just now", "4 s ago". */
export function ago(milliseconds) {
  const text = age(milliseconds);
  return text === "now" ? "just now" : text === "never" ? text : `${text} ago`;
}

/** An ISO-8601 duration such as PT1M30S in milliseconds; NaN when it is none. */
export function milliseconds(iso) {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(iso ?? "");
  if (!match) return NaN;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

/** A moment in full, in the reader's own time zone, for tooltips. */
export function moment(iso) {
  return iso ? new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" }) : "never";
}

export function clockTime(iso) {
  return iso ? new Date(iso).toLocaleTimeString("en-GB") : "";
}

/** "1 agent", "2 agents". */
export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

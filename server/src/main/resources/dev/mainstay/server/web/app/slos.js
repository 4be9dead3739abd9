// What SLOs are in words and tones. Pure functions.

import { duration, milliseconds, rate } from "./format.js";

export const INDICATORS = ["success", "latency", "heartbeat", "cost", "quality"];

/** The pairs of windows, and how many times too fast the budget must burn in both before somebody is told. */
export const PAIRS = [["1h", "5m", 14.4, "page"], ["6h", "30m", 6, "page"], ["1d", "2h", 3, "ticket"], ["3d", "6h", 1, "ticket"]];

const percent = (share) => `${Math.round(share * 1_000) / 1_000} %`;

export const ownerOf = (slo) => slo.agent ?? `queue ${slo.queue}`;

/** What is promised, in a sentence without its owner. */
export function promise({ objective, indicator, within, metric, atMost, atLeast, period }) {
  const of = {
    success: "end well", latency: `take at most ${duration(milliseconds(within))}`, heartbeat: "of the minutes it is heard in time",
    cost: `of ${metric} are at most ${atMost}`, quality: `of ${metric} are at least ${atLeast}`,
  }[indicator];
  return `${percent(objective)} ${of}, over ${days(period)}`;
}

export function days(period) {
  const whole = milliseconds(period) / 86_400_000;
  return Number.isFinite(whole) ? `${Math.round(whole * 10) / 10} days` : period;
}

export const reached = ({ status }) => (status?.reached == null ? "–" : percent(status.reached));

/** The error budget that is left, in percent; NaN before anything was counted. */
export const budgetLeft = ({ status }) => (status?.budgetLeft == null ? NaN : status.budgetLeft * 100);

/** The same in words, and as a share of a bar: what was spent more than once fills it. */
export function budgetWords(slo) {
  const left = budgetLeft(slo);
  return !Number.isFinite(left) ? "–" : left < 0 ? `${rate(1 - left / 100)}× spent` : `${Math.round(left)} %`;
}

export const budgetBar = (slo) => (budgetLeft(slo) < 0 ? 100 : Math.min(100, budgetLeft(slo) || 0));

export function sloTone(slo) {
  if (!slo.status || slo.status.total === 0) return "idle";
  if (slo.status.urgency === "page" || budgetLeft(slo) < 0) return "bad";
  return slo.status.urgency === "ticket" || budgetLeft(slo) < 25 ? "warn" : "good";
}

export function sloWord(slo) {
  if (!slo.status || slo.status.total === 0) return "nothing counted";
  if (slo.status.urgency) return `burns: ${slo.status.urgency}`;
  return budgetLeft(slo) < 0 ? "broken" : budgetLeft(slo) < 25 ? "little left" : "kept";
}

/** Those that want a look first: what burns, then the least budget. */
const rank = (slo) => ({ page: -2e6, ticket: -1e6 })[slo.status?.urgency] ?? (Number.isFinite(budgetLeft(slo)) ? budgetLeft(slo) : 1e6);
export const arranged = (slos) => [...slos].sort((one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1));

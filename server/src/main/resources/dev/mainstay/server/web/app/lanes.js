// The life of an agent between two moments: its states, its heartbeats and their gaps. Pure functions; all times are
// milliseconds.

import { missed } from "./heartbeats.js";
import { beats } from "./tones.js";

/** The room beside everything that stands on one axis of time, in pixels: for names and figures, and for the end of a line. */
export const ROOM = { left: 60, right: 12 };

/**
 * The states between two moments, oldest first: [{from, to, state, cause}]. What is not known is left out: before the
 * oldest stored step nothing is claimed but the state that step came from, and that not before the agent was there.
 *
 * @param agent the agent as it is
 * @param events its stored events; only agent.transition counts
 */
export function stateSpans(agent, events, from, to) {
  const steps = events.filter((event) => event.type === "agent.transition").sort((one, other) => one.id - other.id);
  const marks = steps.map((event) => ({ at: Date.parse(event.at), state: event.detail.to, cause: event.cause, before: event.detail.from }));
  if (marks.length === 0) marks.push({ at: Date.parse(agent.stateSince), state: agent.state, cause: agent.cause });
  const begin = agent.createdAt ? Math.max(from, Date.parse(agent.createdAt)) : from;
  if (marks[0].before) marks.unshift({ at: begin, state: marks[0].before, cause: "" });
  return marks
    .map(({ at, state, cause }, index) => ({ from: Math.max(at, from), to: Math.min(marks[index + 1]?.at ?? to, to), state, cause }))
    .filter((span) => span.to > span.from);
}

/**
 * What heartbeats tell: {alive: [{from, to}], gaps: [{from, to, owed}], failed: [at]}, all of them oldest first. A gap is
 * owed unless the agent was in a state without heartbeats all along.
 *
 * @param rows stored heartbeats, oldest first: [{at, failures}]
 * @param interval between two heartbeats
 * @param states as of `stateSpans`
 * @param to up to when one would have heard of a heartbeat
 */
export function beatSpans(rows, interval, states, to) {
  const alive = [];
  const gaps = [];
  let before = NaN;
  const gap = (until) => {
    if (!(until - before > missed(interval))) return false;
    gaps.push({ from: before, to: until, owed: owed(states, before, until) });
    return true;
  };
  for (const row of rows) {
    const at = Date.parse(row.at);
    if (alive.length === 0 || gap(at)) alive.push({ from: at, to: at });
    alive.at(-1).to = at;
    before = at;
  }
  if (!gap(to) && alive.length > 0) alive.at(-1).to = to;
  return { alive, gaps, failed: rows.filter((row) => row.failures > 0).map((row) => Date.parse(row.at)) };
}

function owed(states, from, to) {
  const within = states.filter((span) => span.to > from && span.from < to);
  return within.length === 0 || within.some((span) => beats(span.state));
}

/** How far along a moment is, 0 to 1. */
export const share = (at, { from, to }) => Math.min(1, Math.max(0, (at - from) / (to - from)));

/** Where a line is to be broken, since nothing was measured for long: points with NaN between them. */
export function broken(points) {
  const long = longGap(points.map(({ x }) => x));
  return points.flatMap((point, index) => (index > 0 && point.x - points[index - 1].x > long ? [{ x: (point.x + points[index - 1].x) / 2, y: NaN }, point] : [point]));
}

/** A distance that tells of missing points: five times the usual one. */
function longGap(times) {
  const gaps = times.slice(1).map((time, index) => time - times[index]).sort((one, other) => one - other);
  return gaps.length === 0 ? Infinity : 5 * gaps[gaps.length >> 1];
}

/** The newest point up to the moment; undefined where there is none, or none for long. */
export function pointAt(points, at) {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Date.parse(points[middle].at) <= at) low = middle + 1;
    else high = middle;
  }
  const point = points[low - 1];
  return point && at - Date.parse(point.at) <= longGap(points.map((each) => Date.parse(each.at))) ? point : undefined;
}

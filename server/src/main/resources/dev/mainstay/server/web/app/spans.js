// The stretches of a task's life: how they read, and where they lie on an axis. Everything here is a pure function.

const WAITS = ["sleep", "signal", "approval", "children"];
const TONES = { completed: "good", running: "good", failed: "bad", crashed: "bad", dead: "bad", "timed out": "warn" };
/** How much of the axis a cut-out pause takes, so that it is still seen that there was one. */
const CUT = 0.012;

export const isWait = (span) => WAITS.includes(span.kind);

/** What tells a span from all others of its task; a wait that is over keeps it. */
export const keyOfSpan = (span) => `${span.kind === "attempt" ? "a" : "s"}${span.number}`;

export const outcomeTone = (span) => TONES[span.outcome] ?? "idle";

export const wordOfSpan = (span) => (span.kind === "attempt" ? `Attempt ${span.number}` : isWait(span) ? `${span.kind} ${span.name}` : span.name);

/** A sleep is stored when it begins, and its result is when it is over. */
const wakes = (span) => (span.kind === "sleep" && typeof span.result === "string" ? Date.parse(span.result) : NaN);

const endOf = (span, now) => (Number.isFinite(wakes(span)) ? Math.min(now, wakes(span)) : span.endedAt ? Date.parse(span.endedAt) : now);

/** How it ended, or that it lasts. */
export const outcomeWord = (span, now) => (wakes(span) > now ? "sleeping" : span.outcome);

/** How long it took or has taken, in milliseconds. */
export const took = (span, now) => Math.max(0, endOf(span, now) - Date.parse(span.startedAt));

/** In the order of their starts; attempts before what happened in them. */
export function inOrder(one, other) {
  if (one.startedAt !== other.startedAt) return one.startedAt < other.startedAt ? -1 : 1;
  return (one.kind !== "attempt") - (other.kind !== "attempt") || one.number - other.number;
}

/** The time from the first start to the last end of some spans. */
export function extent(spans, now) {
  return [
    spans.reduce((least, span) => Math.min(least, Date.parse(span.startedAt)), Infinity),
    spans.reduce((most, span) => Math.max(most, endOf(span, now)), -Infinity),
  ];
}

/** The axis from one moment to another: a function from a moment to its place between 0 and 1. */
export function axis(from, to) {
  const length = Math.max(1, to - from);
  return (at) => Math.min(1, Math.max(0, (at - from) / length));
}

/** The same without the time in which nothing ran: pauses between the pieces are cut down to a notch. */
export function axisOfWork(spans, from, to, now) {
  const pieces = work(spans, from, to, now);
  if (pieces.length === 0) return axis(from, to);
  const cuts = (pieces.length - 1) * CUT;
  const cut = cuts > 0.4 ? 0.4 / (pieces.length - 1) : CUT;
  const busy = pieces.reduce((sum, [start, end]) => sum + end - start, 0) || 1;
  const room = 1 - cut * (pieces.length - 1);
  let place = 0;
  const stops = pieces.map(([start, end]) => {
    const width = ((end - start) / busy) * room;
    const stop = { start, end, place, width };
    place += width + cut;
    return stop;
  });
  return (at) => {
    const stop = stops.findLast((each) => at >= each.start) ?? stops[0];
    const part = stop.end > stop.start ? Math.min(1, Math.max(0, (at - stop.start) / (stop.end - stop.start))) : 0;
    return Math.min(1, stop.place + part * stop.width);
  };
}

/** When something ran, as pieces that do not touch. */
function work(spans, from, to, now) {
  const pieces = spans
    .filter((span) => !isWait(span))
    .map((span) => [Math.max(from, Date.parse(span.startedAt)), Math.min(to, endOf(span, now))])
    .filter(([start, end]) => end >= start)
    .sort(([one], [other]) => one - other);
  const merged = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last && piece[0] <= last[1]) last[1] = Math.max(last[1], piece[1]);
    else merged.push(piece);
  }
  return merged;
}

// The heartbeat strip: what the last intervals of an agent were. Pure functions over its recent heartbeats.

export const SLOTS = 40;

/** Heartbeats are flushed once a second and streamed once a second, so so much more is no lateness yet. */
const late = (interval) => Math.max(1.6 * interval, interval + 1_500);
export const missed = (interval) => Math.max(2.6 * interval, interval + 2_500);

/**
 * One mark an interval, newest last: "beat", "failed" (it beat, but a tick had failed), "late", or "missing".
 * The strip moves when a heartbeat arrives or is overdue, not with the wall clock, so jitter never looks like a fault.
 *
 * @param recent heartbeats [{at, failures, afterUnknown}], oldest first; no gap is claimed before one `afterUnknown`
 * @param interval milliseconds between two heartbeats
 * @param now the server's time, or NaN when none is owed at present
 */
export function slots(recent, interval, now) {
  const marks = [];
  let before = NaN;
  for (const heartbeat of recent) {
    const at = Date.parse(heartbeat.at);
    const gap = heartbeat.afterUnknown ? NaN : at - before;
    miss(marks, gap, interval);
    const isLate = gap > late(interval) && gap <= missed(interval);
    marks.push(isLate ? "late" : heartbeat.failures > 0 ? "failed" : "beat");
    before = at;
  }
  miss(marks, now - before, interval);
  return marks.slice(-SLOTS);
}

function miss(marks, gap, interval) {
  if (!(gap > missed(interval))) return;
  for (let missing = Math.min(SLOTS, Math.floor(gap / interval) - 1); missing > 0; missing--) marks.push("missing");
}

/** When a heartbeat is so late that a person should see it. */
export const isOverdue = (silence, interval) => silence > missed(interval);

/** The strip in words, for those who do not see it. */
export function describe(marks) {
  if (marks.length === 0) return "no heartbeats yet";
  const counted = (name) => marks.filter((mark) => mark === name).length;
  const parts = [["late", counted("late")], ["missing", counted("missing")], ["with failures", counted("failed")]]
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${number} ${name}`);
  return `last ${marks.length} intervals: ${parts.length === 0 ? "all on time" : parts.join(", ")}`;
}

const STEP = 4;
const SHAPES = {
  beat: (x) => `M${x} 2h3v14h-3z`,
  failed: (x) => `M${x} 9h3v7h-3z`,
  late: (x) => `M${x} 7h3v9h-3z`,
  missing: (x) => `M${x} 11h3v5h-3z`,
};

/** One path a kind of mark, so that a row draws few nodes however long its strip is. Newest at the right edge. */
export function paths(marks) {
  const drawn = { beat: "", failed: "", failedTop: "", late: "", missing: "" };
  marks.forEach((mark, index) => {
    const x = (SLOTS - marks.length + index) * STEP;
    drawn[mark] += SHAPES[mark](x);
    if (mark === "failed") drawn.failedTop += `M${x} 2h3v5h-3z`;
  });
  return drawn;
}

export const WIDTH = SLOTS * STEP - 1;
export const HEIGHT = 18;

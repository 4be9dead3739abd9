// What episodes of healing are in words and tones, and how long their steps took. Pure functions.

export const STATES = ["detected", "approval", "acting", "verifying", "recovered", "escalated"];

const WORDS = { approval: "waits for approval", verifying: "measured again", escalated: "people needed" };
const TONES = { detected: "warn", approval: "warn", acting: "warn", verifying: "warn", recovered: "good", escalated: "bad" };

export const stateWord = (state) => WORDS[state] ?? state;

/** A dry run ends as escalated, and nobody is needed. */
export const recoveryTone = ({ state, dryRun }) => (dryRun && state === "escalated" ? "idle" : TONES[state] ?? "idle");

export const recoveryWord = ({ state, dryRun }) => (dryRun ? "dry run" : stateWord(state));

/** Whom it is about. */
export const patientOf = ({ agent, queue }) => agent || (queue ? `queue ${queue}` : "");

const FIELDS = ["state", "agent", "cause"];

/** The filter of an address. */
export const filterOf = (query) => Object.fromEntries(FIELDS.map((field) => [field, query[field] ?? ""]));

export const isFiltered = (filter) => FIELDS.some((field) => filter[field]);

const between = (from, to) => (from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : NaN);

/**
 * How long its steps took, in milliseconds, NaN for what did not happen (yet): until it was detected, until something
 * was done about it, and until it had ended, each from the one before; and the whole.
 */
export function timings({ beganAt, detectedAt, actedAt, endedAt }) {
  return { detect: between(beganAt, detectedAt), act: between(detectedAt, actedAt), verify: between(actedAt, endedAt), whole: between(beganAt, endedAt) };
}

/**
 * The course of an episode, oldest first: [{step, at, tone, words, action}], where step is one of detect, decide, act,
 * verify and end, and action is that of the API where it is about one.
 */
export function course(episode) {
  const { detectedAt, endedAt, outcome, summary, actions } = episode;
  const lines = [{ step: "Detect", at: detectedAt, tone: "warn", words: summary }];
  for (const action of actions) {
    lines.push({ step: "Decide", at: action.decidedAt, tone: "idle", words: action.reason, action });
    if (action.task) lines.push(acted(action));
    if (action.healed !== null) lines.push(verified(action));
  }
  if (endedAt) lines.push({ step: "End", at: endedAt, tone: recoveryTone(episode), words: outcome });
  else lines.push({ step: "Now", at: null, tone: recoveryTone(episode), words: outcome || "nothing was decided yet" });
  return lines;
}

const acted = (action) => ({ step: "Act", at: action.endedAt, tone: action.error ? "bad" : action.endedAt ? "good" : "warn", words: action.error ?? (action.endedAt ? `${action.action} is done` : `${action.action} is under way`), action, isTask: true });

const verified = (action) => ({ step: "Verify", at: null, tone: action.healed ? "good" : "bad", words: action.healed ? `measured again: ${action.action} helped` : `measured again: ${action.action} did not help`, action, isMeasured: true });

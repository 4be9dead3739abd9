// How a task stands, in a word and a tone, and which tasks a filter means. Everything here is a pure function.

import { milliseconds } from "./format.js";

/** Where open tasks are, in the order of a task's life; then how tasks end. */
export const PLACES = ["running", "ready", "delayed", "blocked", "waiting", "no-worker"];
export const ENDS = ["completed", "dead", "cancelled", "expired"];
export const PRIORITIES = ["critical", "high", "normal", "low"];

const WORDS = { "no-worker": "no worker", dead: "dead letter", open: "open" };
const TONES = { running: "good", completed: "good", "no-worker": "bad", dead: "bad", expired: "warn" };

export const standingWord = (standing) => WORDS[standing] ?? standing;
export const standingTone = (standing) => TONES[standing] ?? "idle";

/** What a task is in the middle of, or how it ended. */
export const standing = (task) => task.place ?? task.state;

/** Its tone; one that waits for a person or for another try wants a look. */
export function taskTone(task) {
  const asksPerson = task.place === "waiting" && task.waitsFor?.startsWith("approval");
  const failed = task.place === "delayed" && task.waitsFor === "retry";
  return asksPerson || failed ? "warn" : standingTone(standing(task));
}

/** The part of an identifier that tells two tasks apart: UUIDs of one time begin alike. */
export const shortId = (id) => `…${id.slice(-8)}`;

/** How long it has run, or how long its last attempt took, in milliseconds; NaN before it started. */
export function runTime(task, now) {
  if (!task.startedAt) return NaN;
  const end = task.endedAt ?? (task.place === "running" ? now : NaN);
  return Math.max(0, (typeof end === "string" ? Date.parse(end) : end) - Date.parse(task.startedAt));
}

export const FIELDS = ["q", "place", "state", "queue", "type", "tag", "priority", "parent", "from"];

/** The filter of an address: the parameters of the list of tasks, by the same names. */
export const filterOf = (query) => Object.fromEntries(FIELDS.map((field) => [field, query[field] ?? ""]));

export const isFiltered = (filter) => FIELDS.some((field) => filter[field]);

/** The same filter as a body says it, for orders that mean many: lists where there may be several, moments in full. */
export function filterBody(filter, now) {
  const body = {};
  for (const field of FIELDS) {
    if (!filter[field]) continue;
    if (field === "state" || field === "place") body[field] = filter[field].split(",");
    else if (field === "from" && filter.from.startsWith("-")) body.from = new Date(now - milliseconds(filter.from.slice(1))).toISOString();
    else body[field] = filter[field];
  }
  return body;
}

/** The filter in words: "dead letters of type send-invoice". */
export function filterWords(filter) {
  const parts = [
    [filter.state, filter.state.split(",").map(standingWord).join(" or ")],
    [filter.place, filter.place.split(",").map(standingWord).join(" or ")],
    [filter.queue, `queue ${filter.queue}`],
    [filter.type, `type ${filter.type}`],
    [filter.tag, `tag ${filter.tag}`],
    [filter.priority, `priority ${filter.priority}`],
    [filter.parent, `children of ${shortId(filter.parent)}`],
    [filter.q, `“${filter.q}”`],
    [filter.from, filter.from.startsWith("-") ? `of the last ${spanWord(filter.from)}` : `since ${filter.from}`],
  ];
  return parts.filter(([value]) => value).map(([, words]) => words).join(", ") || "all";
}

export const SPANS = [["-PT15M", "15 minutes"], ["-PT1H", "hour"], ["-PT6H", "6 hours"], ["-P1D", "day"], ["-P7D", "7 days"]];

const spanWord = (from) => SPANS.find(([value]) => value === from)?.[1] ?? from.slice(1);

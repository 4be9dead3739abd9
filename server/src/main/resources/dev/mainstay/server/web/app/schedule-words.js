// How schedules and their fires are told: tones, and times to come. Pure functions.

import { age } from "./format.js";

const STATES = { active: "good", paused: "warn", finished: "idle", undeclared: "idle" };
const TASKS = { completed: "good", open: "idle", dead: "bad", cancelled: "idle", expired: "warn" };

export const stateTone = (state) => STATES[state] ?? "idle";

/** A fire in one word, with its tone: what became of its task, or why it has none. */
export function fireWord(fire) {
  if (fire.outcome !== "enqueued") return [fire.outcome, fire.outcome === "missed" ? "warn" : "idle"];
  return fire.taskState ? [fire.taskState, TASKS[fire.taskState] ?? "idle"] : ["enqueued", "idle"];
}

/** "in 4 min", and "now" when it is due; empty for no moment. */
export function inTime(iso, now) {
  if (!iso) return "";
  const left = Date.parse(iso) - now;
  return left < 1_000 ? "now" : `in ${age(left)}`;
}

/** An ISO-8601 duration as people write it: PT1H30M → 1h30m. */
export const spoken = (iso) => (iso ?? "").replace(/^PT?/, "").replace("T", "").toLowerCase();

/** The other way round: 1h30m → PT1H30M; what is no duration is left to the server to refuse. */
export function iso(text) {
  const match = /^(\d+d)?(\d+h)?(\d+m)?(\d+(?:\.\d+)?s)?$/.exec(text.trim());
  if (!match || text.trim() === "") return text.trim();
  const [days = "", ...rest] = match.slice(1);
  const time = rest.map((part) => part ?? "").join("");
  return `P${days}${time ? `T${time}` : ""}`.toUpperCase();
}

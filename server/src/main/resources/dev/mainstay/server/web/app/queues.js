// How a queue stands, in a word and a tone. Everything here is a pure function.

import { now } from "./clock.js";
import { age, count, duration, milliseconds } from "./format.js";

/** The figures of a queue in the order of a task's life, each with the filter that shows its tasks. */
export const FIGURES = [
  ["ready", "Ready", { place: "ready" }],
  ["noWorker", "No worker", { place: "no-worker" }],
  ["running", "Running", { place: "running" }],
  ["delayed", "Delayed", { place: "delayed" }],
  ["blocked", "Blocked", { place: "blocked" }],
  ["waiting", "Waiting", { place: "waiting" }],
  ["dead", "Dead", { state: "dead" }],
];

/** The queues with news laid over them: those that changed are replaced, new ones join. */
export function withNews(queues, items) {
  const changed = new Map(items.map((queue) => [queue.name, queue]));
  const known = new Set(queues.map((queue) => queue.name));
  return [...queues.map((queue) => changed.get(queue.name) ?? queue), ...items.filter((queue) => !known.has(queue.name))];
}

/** Types of which tasks wait and nobody takes them. */
export const unserved = (queue) => (queue.noWorker > 0 ? queue.types.filter((type) => type.workers.length === 0).map(({ type }) => type) : []);

/** Its tone and word: what a person should look at first comes first. */
export function queueStanding(queue) {
  if (queue.noWorker > 0) return { tone: "bad", word: queue.paused ? "no worker, paused" : "no worker" };
  if (queue.paused) return { tone: "warn", word: "paused" };
  const isServed = workersOf(queue).length > 0;
  if (queue.running > 0 || (queue.endedPerMinute > 0 && isServed)) return { tone: "good", word: "working" };
  // What is not claimable yet will find nobody either.
  if (!isServed && queue.delayed + queue.blocked > 0) return { tone: "warn", word: "no worker" };
  if (queue.ready > 0) return { tone: "warn", word: "waits" };
  return { tone: "idle", word: "idle" };
}

/** "send-invoice and 3 others": the names of the first few of many. */
export function fewNames(names, most) {
  const others = names.length - most;
  if (others > 0) return `${names.slice(0, most).join(", ")} and ${others === 1 ? "1 other" : `${count(others)} others`}`;
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join("");
}

/** Who works on it: the names of nodes and workers, each once. */
export const workersOf = (queue) => [...new Set(queue.types.flatMap((type) => type.workers))].sort();

/** "8 at once, 100 in 1 min". */
export function limitWords({ limits }) {
  if (!limits) return "";
  const parts = [
    limits.concurrency != null ? `${count(limits.concurrency)} at once` : "",
    limits.rate != null ? `${count(limits.rate)} in ${duration(milliseconds(limits.period))}` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

/** When what is ready will be done, in words; "" when there is nothing to do. */
export function backlogWords(queue) {
  if (queue.ready === 0) return "";
  if (queue.paused) return "not while paused";
  return queue.backlogEta ? age(Math.max(1_000, Date.parse(queue.backlogEta) - now())) : "not known";
}

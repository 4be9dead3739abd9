// What the screens of messages have in common. Everything here is a pure function.

import { duration } from "./format.js";

export const PRIORITIES = ["critical", "high", "normal", "low"];
export const FIELDS = ["channel", "routingKey", "sender", "correlation", "priority", "from"];
/** How far back a list goes, as the API takes it. */
export const SPANS = [["", "Any time"], ["-PT5M", "Last 5 min"], ["-PT1H", "Last hour"], ["-P1D", "Last day"]];

/** The filter an address means. */
export const filterOf = (query) => Object.fromEntries(FIELDS.map((field) => [field, query[field] ?? ""]));
export const isFiltered = (filter) => FIELDS.some((field) => filter[field] !== "");

/** What the stream cannot choose by itself. */
export function streamed(message, filter) {
  return ["sender", "priority"].every((field) => !filter[field] || message[field] === filter[field])
    && (!filter.correlation || message.correlationId === filter.correlation);
}

/** The newest first, each once, so many at most. */
export function merged(fresh, known, most) {
  const positions = new Set(known.map((message) => message.position));
  return [...fresh.filter((message) => !positions.has(message.position)), ...known]
    .sort((one, other) => other.position - one.position).slice(0, most);
}

/** A time of the API in milliseconds, with what a date has no room for: its microseconds. */
const exactly = (iso) => Date.parse(iso) + Number(`0.${/\.\d{3}(\d*)/.exec(iso)?.[1] ?? ""}0`);

export const waited = (before, message) => duration(exactly(message.storedAt) - exactly(before.storedAt));

/** Where it was sent, in words. */
export function toWhom(channel) {
  if (channel === "@*") return "all agents";
  if (channel.startsWith("@reply.")) return "whoever asked";
  return channel.startsWith("@") ? `agent ${channel.slice(1)}` : channel;
}

export const TONES = { critical: "bad", high: "warn" };

/** How a group stands. */
export function groupStanding(group) {
  if (group.dead > 0) return { tone: "bad", word: "dead letters" };
  if (group.waiting > 0) return { tone: "warn", word: "retrying" };
  if (group.inHand > 0) return { tone: "good", word: "working" };
  if (group.behind > 0) return { tone: "warn", word: "behind" };
  return { tone: "good", word: "up to date" };
}

// Which agents are shown and in which order. The choice lives in the address, so that it can be sent to a colleague.

import { attention } from "./tones.js";

export const COLUMNS = ["health", "id", "kind", "state", "node", "tick", "beat", "failures"];
const CHOICES = ["state", "kind", "node", "group"];
const FIELDS = ["q", ...CHOICES, "sort"];
/** With which every agent is shown. */
export const UNFILTERED = { q: "", state: "", kind: "", node: "", group: "" };
const DEFAULT_SORT = "state";

export function readAddress(search = location.search) {
  const address = new URLSearchParams(search);
  const filter = Object.fromEntries(FIELDS.map((field) => [field, address.get(field) ?? ""]));
  const column = filter.sort.replace(/^-/, "");
  return { ...filter, sort: COLUMNS.includes(column) ? filter.sort : DEFAULT_SORT, agent: address.get("agent") ?? "" };
}

export function writeAddress(filter, push = false) {
  const address = new URLSearchParams();
  for (const [field, value] of Object.entries(filter)) {
    if (value && !(field === "sort" && value === DEFAULT_SORT)) address.set(field, value);
  }
  const target = location.pathname + (address.size === 0 ? "" : `?${address}`);
  if (target !== location.pathname + location.search) history[push ? "pushState" : "replaceState"](null, "", target);
}

export const isFiltered = (filter) => Boolean(filter.q) || CHOICES.some((field) => filter[field]);

/** True when every word of the search is somewhere in what can be read about the agent. */
export function matches(agent, filter) {
  if (CHOICES.some((field) => filter[field] && agent[field] !== filter[field])) return false;
  if (!filter.q) return true;
  const text = [agent.id, agent.kind, agent.state, agent.node, agent.group, agent.description, agent.lastError,
    ...(agent.capabilities ?? [])].join(" ").toLowerCase();
  return filter.q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** In tens, so that rows do not change places with every point of health. */
const tens = (score) => Math.floor(score / 10) * 10;

const KEYS = {
  health: (agent) => agent.health ?? Infinity,
  id: (agent) => agent.id,
  kind: (agent) => agent.kind,
  state: (agent) => attention(agent.desired === "paused" ? "maintenance" : agent.state) * 1_000 + (agent.lastError ? 0 : 200) + tens(agent.health ?? 100),
  node: (agent) => agent.node ?? "\uffff",
  tick: (agent) => -(agent.lastDurationMs ?? -1),
  beat: (agent) => Date.parse(agent.lastHeartbeat ?? "") || Infinity,
  failures: (agent) => -(agent.failures ?? 0),
};

/** Sorted by the column, then by id. Without a minus the first row is the one that wants a look: worst, slowest, oldest. */
export function arrange(rows, filter) {
  const sign = filter.sort.startsWith("-") ? -1 : 1;
  const key = KEYS[filter.sort.replace(/^-/, "")];
  const keyed = rows.filter((row) => matches(row.agent, filter)).map((row) => [key(row.agent), row]);
  keyed.sort(([one, first], [other, second]) =>
    sign * (one < other ? -1 : one > other ? 1 : 0) || (first.agent.id < second.agent.id ? -1 : 1));
  return keyed.map(([, row]) => row);
}

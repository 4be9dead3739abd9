// What alerts are to a person who answers them: where each belongs, in which order, in which words. Pure functions.

import { milliseconds } from "./format.js";
import { severityTone } from "./tones.js";

export const SEVERITIES = ["emergency", "critical", "warning", "info"];
/** The four heaps of the inbox. An alert that fires lies in the first two, by whether people are told. */
export const HEAPS = [["open", "To answer"], ["quiet", "Quiet"], ["acknowledged", "Acknowledged"], ["resolved", "Resolved"]];
export const GROUPINGS = [["rule", "Grouped by rule"], ["subject", "Grouped by agent or node"], ["none", "Not grouped"]];
const FIELDS = ["heap", "severity", "q", "group"];

export const heapOf = (alert) => (alert.state === "firing" ? (alert.told ? "open" : "quiet") : alert.state);

/** The filter of an address; anything unknown is left out. */
export function filterOf(query) {
  const filter = Object.fromEntries(FIELDS.map((field) => [field, query[field] ?? ""]));
  return {
    ...filter,
    heap: HEAPS.some(([heap]) => heap === filter.heap) ? filter.heap : "open",
    group: GROUPINGS.some(([group]) => group === filter.group) ? filter.group : "rule",
    severity: SEVERITIES.includes(filter.severity) ? filter.severity : "",
  };
}

/** The same as a query, without what stands by itself. */
export const queryOf = ({ heap, group, ...rest }) => ({ ...rest, heap: heap === "open" ? "" : heap, group: group === "rule" ? "" : group });

export const subjectOf = (alert) => alert.agent ?? alert.node ?? labelWords(alert.labels) ?? "";

function labelWords(labels) {
  const words = Object.entries(labels ?? {}).map(([name, value]) => `${name} ${value}`);
  return words.length === 0 ? null : words.join(", ");
}

const rank = (alert) => SEVERITIES.indexOf(alert.severity);
const time = (alert) => Date.parse(alert.resolvedAt ?? alert.firedAt ?? alert.beganAt);
const order = (one, other) => rank(one) - rank(other) || time(other) - time(one) || (one.id < other.id ? -1 : 1);

/** True when every word is somewhere in what can be read about it. */
function holds(alert, words) {
  const text = [alert.rule, alert.agent, alert.node, labelWords(alert.labels), alert.summary, alert.note, alert.acknowledgedBy].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Those of a heap that the filter means, the gravest and newest first; what is over by its end alone. */
export function chosen(alerts, { severity, q }) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return alerts.filter((alert) => (!severity || alert.severity === severity) && holds(alert, words)).sort(order);
}

/** How many of each severity: {emergency: 0, …}. */
export function counts(alerts) {
  const counted = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0]));
  for (const alert of alerts) counted[alert.severity]++;
  return counted;
}

/**
 * The rows of the table: alerts, and above two or more of one group a row for it. `closed` are the keys of groups that
 * show nothing but that row.
 */
export function rowsOf(alerts, grouping, closed) {
  if (grouping === "none") return alerts.map((alert) => ({ key: alert.id, alert }));
  const groups = new Map();
  for (const alert of alerts) {
    const name = grouping === "rule" ? alert.rule : subjectOf(alert) || "no agent or node";
    groups.set(name, [...(groups.get(name) ?? []), alert]);
  }
  return [...groups].flatMap(([name, members]) => {
    if (members.length === 1) return [{ key: members[0].id, alert: members[0] }];
    const key = `group ${name}`;
    const isOpen = !closed.has(key);
    return [{ key, name, members, isOpen }, ...(isOpen ? members.map((alert) => ({ key: alert.id, alert, inside: true })) : [])];
  });
}

export const alertTone = (alert) => (alert.state === "resolved" ? "idle" : severityTone(alert.severity));

/** Who it was, without the id of the key. */
const actor = (words) => words.replace(/ \(key [^)]*\)$/, "");

/** What else must be known of it at a glance. */
export function flags(alert) {
  return [
    alert.flapping && "flaps",
    alert.state === "firing" && alert.silence && "silenced",
    alert.state === "firing" && alert.inhibitedBy && "spoken for",
    alert.state === "acknowledged" && `by ${actor(alert.acknowledgedBy)}`,
    alert.state === "resolved" && alert.resolvedBy && `by ${actor(alert.resolvedBy)}`,
  ].filter(Boolean);
}

/** How long it fired, or has been firing, in milliseconds. */
export function firedFor(alert, now) {
  if (!alert.firedAt) return NaN;
  return Math.max(0, (alert.resolvedAt ? Date.parse(alert.resolvedAt) : now) - Date.parse(alert.firedAt));
}

/** By table: where the API lists the rows of an alert; "" where it does not. Called with the alert and its rule's definition. */
const ROWS = {
  agent_suspicions: ({ agent, seenAt, evidence: { since } }) => agent && path("agents", agent, "heartbeats", { from: before(since, "PT2M"), to: seenAt }),
  agent_heartbeats: ({ agent, evidence: { from, to } }) => agent && path("agents", agent, "heartbeats", { from: before(from, "PT1S"), to: after(to) }),
  agents: ({ agent, seenAt, evidence: { since } }) => agent && path("agents", agent, "events", { type: "agent.transition", from: before(since, "PT10M"), to: seenAt }),
  agent_health: ({ agent, labels, evidence: { at } }) => (agent ? path("agents", agent, "metrics", { name: "health.score", from: before(at, "PT15M"), to: after(at) }) : labels?.group ? path("health", "groups", labels.group) : path("health")),
  system_events: ({ agent, seenAt, evidence: { type, from } }) => path("events", { type, agent, from: before(from, "PT1S"), to: seenAt }),
  performance_metrics: ({ agent, seenAt, evidence: { from, to, last } }, { metric, cost }) => (metric || cost) && path("metrics", { name: metric ?? cost, agent, from: from ? before(from, "PT1S") : before(last, "PT10M"), to: to ? after(to) : seenAt }),
  slo_status: ({ evidence: { slo } }) => path("slos", slo),
  anomalies: ({ evidence: { anomaly } }) => path("anomalies", anomaly),
  metric_forecasts: ({ agent }, { forecast }) => forecast && path("metrics", "forecast", { name: forecast, agent }),
  dead_letters: ({ evidence: { queue } }) => path("queues", queue, "dead-letters"),
  task_ready: ({ evidence: { queue } }) => path("tasks", { queue, place: "ready" }),
};

/** The path of the API that lists the rows an alert was found in; "" where none does. */
export const rowsPath = (alert, definition = {}) => ROWS[alert.evidence?.table]?.(alert, definition) || "";

function path(...parts) {
  const query = typeof parts.at(-1) === "object" ? parts.pop() : {};
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return `/api/v1/${parts.map(encodeURIComponent).join("/")}${search.size === 0 ? "" : `?${search}`}`;
}

/** A second later: the end of a time is not part of it for the API, and the newest row is to be among those listed. */
const after = (stamp) => (stamp ? new Date(Date.parse(stamp) + 1_000).toISOString() : "");
const before = (stamp, duration) => (stamp ? new Date(Date.parse(stamp) - milliseconds(duration)).toISOString() : "");

/** The condition of a rule in a sentence, from its definition; one of a kind not known here is told by its keys. */
export function conditionWords(definition) {
  const { agent, kind, capability, hold } = definition;
  const whose = [agent && `of ${agent}`, kind && `of kind ${kind}`, capability && `able to ${capability}`].filter(Boolean).join(", ");
  return [condition(definition), whose && `(${whose})`, hold && `for ${hold}`].filter(Boolean).join(" ");
}

function condition({ suspected, health, state, event, times, within, metric, of, over, absent, above, below, cost, currency, burnRate, trouble, anomaly, forecast, limit, ahead, ...rest }) {
  const bounds = [above !== undefined && `above ${above}`, below !== undefined && `below ${below}`].filter(Boolean).join(" or ");
  if (suspected) return suspected === "silent" ? "no heartbeat comes from an agent that should run" : "an agent beats, and its work does not go on";
  if (health !== undefined) return `health is below ${health}`;
  if (state) return `an agent is ${[state].flat().join(" or ")}`;
  if (event) return `${times} of ${event} happened within ${within}`;
  if (metric && absent) return `${metric} had points, and none came for ${over}`;
  if (metric && bounds) return `${metric} (${of} over ${over}) is ${bounds}`;
  if (cost) return `the cost ${cost} over ${over} is ${bounds} ${currency}`;
  if (burnRate) return `an error budget burns fast enough for a ${burnRate}`;
  if (trouble) return `the stored rows of an agent or a queue tell that it is ${trouble}`;
  if (anomaly) return `something unusual lasts in ${anomaly}`;
  if (forecast) return `${forecast} is expected to reach ${limit} within ${ahead}`;
  const known = ["severity", "summary", "runbook", "notifiers", "inhibits", "agent", "kind", "capability", "hold"];
  return Object.entries({ metric, of, over, above, below, within, ...rest }).filter(([name, value]) => value !== undefined && !known.includes(name))
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ");
}

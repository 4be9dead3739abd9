// What is known of an agent, in words: its figures and its declaration. Pure functions: [[name, value]].

import { since } from "./clock.js";
import { ago, count, duration, milliseconds, moment } from "./format.js";

const SOURCES = { code: "in code", file: "in mainstay.yml", plugin: "by a plug-in", http: "over HTTP", slot: "as a slot" };

export const figuresOf = (agent) => [
  ["Last beat", agent.lastHeartbeat ? ago(since(agent.lastHeartbeat)) : "never"],
  ["Last tick", duration(agent.lastDurationMs ?? NaN)],
  ["Ticks", count(agent.ticks)],
  ["Failures", count(agent.failures)],
  ["Restarts", count(agent.restarts)],
  ["Items", count(agent.items)],
];

export function declarationOf(agent) {
  const { schedule } = agent;
  const lines = [
    ["Kind", agent.kind],
    ["Purpose", agent.description],
    ["Category", agent.category.toLowerCase()],
    ["Declared", SOURCES[agent.source] ?? agent.source],
    ["Ticks", schedule?.cron ? `${schedule.cron} (${schedule.zone ?? "UTC"})` : schedule?.interval ? `every ${duration(milliseconds(schedule.interval))}` : ""],
    ["Deadline of a tick", schedule?.deadline ? duration(milliseconds(schedule.deadline)) : ""],
    ["Heartbeat", agent.heartbeatInterval ? `every ${duration(milliseconds(agent.heartbeatInterval))}` : ""],
    ["Runs on", agent.node ? `${agent.node} (fence ${agent.fence})` : ""],
    ["Supervised with", agent.group],
    ["Capabilities", agent.capabilities.join(", ")],
    ["Data sources", agent.dataSources.join(", ")],
    ["Quarantined until", agent.quarantineUntil ? moment(agent.quarantineUntil) : ""],
    ...Object.entries(agent.settings ?? {}).map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]),
  ];
  return lines.filter(([, value]) => value);
}

// The groups agents are in, as far as the rows tell: the score of a group is the mean of those of its agents that have one.

import { scoreTone } from "./tones.js";

/** By name: how many agents, the score (NaN while none has one), and how many of them are not good. */
export function groupsOf(rows) {
  const groups = new Map();
  for (const { agent } of rows) {
    if (!agent.group) continue;
    const group = groups.get(agent.group) ?? { name: agent.group, agents: 0, scores: [] };
    group.agents++;
    if (Number.isFinite(agent.health)) group.scores.push(agent.health);
    groups.set(agent.group, group);
  }
  return [...groups.values()].map(summed).sort((one, other) => (one.name < other.name ? -1 : 1));
}

function summed({ name, agents, scores }) {
  const sum = scores.reduce((total, score) => total + score, 0);
  return { name, agents, score: scores.length === 0 ? NaN : sum / scores.length, poorly: scores.filter((score) => scoreTone(score) !== "good").length };
}

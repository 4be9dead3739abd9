// Which tone a thing has. A tone is never shown by colour alone: each comes with its own word and its own mark.

const STATES = {
  failed: { tone: "bad", attention: 0 },
  quarantined: { tone: "bad", attention: 1 },
  recovering: { tone: "warn", attention: 2 },
  initializing: { tone: "warn", attention: 4 },
  registering: { tone: "warn", attention: 4 },
  configuring: { tone: "warn", attention: 4 },
  monitoring: { tone: "warn", attention: 4 },
  maintenance: { tone: "idle", attention: 6 },
  active: { tone: "good", attention: 7 },
  optimizing: { tone: "good", attention: 7 },
  shutdown: { tone: "idle", attention: 8 },
  inactive: { tone: "idle", attention: 9 },
};

/** The order in which states are listed wherever all of them are. */
export const STATE_ORDER = [
  "failed", "quarantined", "recovering", "initializing", "registering", "configuring", "monitoring",
  "maintenance", "active", "optimizing", "shutdown", "inactive",
];

export const stateTone = (state) => STATES[state]?.tone ?? "idle";

/** How soon a person should look at an agent in this state; lower is sooner. */
export const attention = (state) => STATES[state]?.attention ?? 5;

/** States in which heartbeats are owed. */
export const beats = (state) => !["inactive", "shutdown", "failed", "quarantined"].includes(state);

export function scoreTone(score) {
  if (!Number.isFinite(score)) return "idle";
  return score >= 80 ? "good" : score >= 50 ? "warn" : "bad";
}

export function scoreWord(score) {
  return { good: "good", warn: "fair", bad: "poor", idle: "not yet known" }[scoreTone(score)];
}

/** The same of an agent, which has no score while nobody wants it to work. */
export function healthWord(agent) {
  const isJudged = Number.isFinite(agent.health) || (agent.desired === "running" && agent.source !== "slot" && agent.state !== "maintenance");
  return isJudged ? scoreWord(agent.health) : "not judged";
}

export function severityTone(severity) {
  return { info: "idle", warning: "warn", critical: "bad", emergency: "bad" }[severity] ?? "idle";
}

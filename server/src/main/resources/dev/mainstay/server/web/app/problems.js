// What the banner shows: what the server names, and what can only be told from the nodes and the readiness.

const WORDS = {
  escalated: "took its whole group along",
  quarantined: "is quarantined",
  failed: "has failed",
  recovering: "is recovering",
  unplaced: "has no node to run on",
  failing: "fails its ticks",
  silent: "is late with its heartbeat",
  unhealthy: "is in poor health",
};

const LOST_IS_NEWS_FOR = 10 * 60_000;

/** [{key, severity, subject, text, detail, since, past, agent}], the worst first. */
export function problems(overview, nodes, readiness, databaseAwaySince, now) {
  return [...database(readiness, databaseAwaySince), ...lost(nodes, now), ...agents(overview)];
}

function database(readiness, since) {
  const check = readiness?.checks?.find((each) => each.name === "database" && !each.ready);
  if (!check) return [];
  return [{ key: "database", severity: "emergency", subject: "PostgreSQL", text: "is away",
    detail: `${check.reason ?? "it does not answer"}; what you see is the last known state`, since }];
}

function lost(nodes, now) {
  const live = new Set(nodes.filter((node) => node.state !== "ended").map((node) => node.id));
  return nodes
    .filter((node) => node.state === "ended" && !live.has(node.id) && node.endCause !== "stopped")
    .filter((node) => now - Date.parse(node.endedAt ?? node.lastBeat) < LOST_IS_NEWS_FOR)
    .map((node) => ({ key: `node ${node.session}`, severity: "critical", subject: node.id, text: "was lost",
      detail: `it ended without saying so (${node.endCause ?? "expired"}); its agents move to the other nodes`, since: node.endedAt ?? node.lastBeat, past: true }));
}

function agents(overview) {
  return (overview?.problems ?? []).map((problem) => ({
    key: `${problem.problem} ${problem.agent}`,
    severity: problem.severity,
    subject: problem.agent,
    text: WORDS[problem.problem] ?? problem.problem,
    detail: problem.detail,
    since: problem.since,
    agent: problem.agent,
  }));
}

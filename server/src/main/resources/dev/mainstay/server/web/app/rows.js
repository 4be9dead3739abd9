// The agents as the table shows them: each with its newest heartbeats. Rows are never changed, only replaced, so that
// "is it the same object" answers "must it be drawn again".

import { SLOTS } from "./heartbeats.js";

export class Rows {
  #rows = new Map();

  get size() {
    return this.#rows.size;
  }

  get(id) {
    return this.#rows.get(id);
  }

  values() {
    return [...this.#rows.values()];
  }

  remove(id) {
    this.#rows.delete(id);
  }

  /** Takes a whole agent, or the few properties of it that changed; a new heartbeat among them joins its strip. */
  merge(changes) {
    const row = this.#rows.get(changes.id);
    if (!row && !changes.kind) return;
    const agent = { ...row?.agent, ...changes };
    const recent = row?.recent ?? [];
    this.#rows.set(agent.id, { agent, recent: follow(recent, row?.agent, agent) });
  }

  /**
   * Lays the stored heartbeats under those that came by the stream meanwhile. What is stored was read up to some seconds
   * ago, so between the two there may be heartbeats nobody told us of: no gap is claimed there.
   */
  seed(pulse) {
    const at = Date.parse(pulse.at);
    for (const item of pulse.items) {
      const row = this.#rows.get(item.agent);
      if (!row) continue;
      const stored = item.recent.ageMs.map((ageMs, index) => ({
        at: new Date(at - ageMs).toISOString(),
        failures: item.recent.failures[index],
        tickMs: item.recent.tickMs[index],
      }));
      const newest = stored.length === 0 ? -Infinity : Date.parse(stored.at(-1).at);
      const live = row.recent.filter((heartbeat) => Date.parse(heartbeat.at) > newest + 1);
      if (live.length > 0) live[0] = { ...live[0], afterUnknown: true };
      this.#rows.set(item.agent, { ...row, recent: [...stored, ...live].slice(-SLOTS) });
    }
  }
}

function follow(recent, before, agent) {
  if (!agent.lastHeartbeat || agent.lastHeartbeat === before?.lastHeartbeat) return recent;
  const heartbeat = {
    at: agent.lastHeartbeat,
    failures: before ? Math.max(0, agent.failures - before.failures) : 0,
    tickMs: before && agent.ticks > before.ticks ? agent.lastDurationMs : null,
  };
  return [...recent, heartbeat].slice(-SLOTS);
}

// What is stored of an agent's life within a span of time, read from the public API and read on as time passes.

import * as api from "./api.js";
import { milliseconds } from "./format.js";
import { horizon, now } from "./clock.js";
import { beatSpans, stateSpans } from "./lanes.js";
import { beats } from "./tones.js";

const PAGE = 1_000;
/** More heartbeats than a strip can show. */
const MOST_PAGES = 5;
const SERIES = 100;

export class AgentLife {
  events = [];
  alerts = [];
  episodes = [];
  series = [];
  anomalies = [];
  complete = false;
  /** Since when heartbeats are known, where that is later than the span begins. */
  beatsFrom = null;
  #beats = null;

  /** `span` is a duration before now such as -PT15M; asked for so, the API answers with points as fine as it has them. */
  constructor(agent, span) {
    this.agent = agent;
    this.from = span;
    this.span = milliseconds(span.slice(1));
  }

  get range() {
    const to = now();
    return { from: to - this.span, to };
  }

  /** States and heartbeats between the moments of the range. */
  lanes(agent, range) {
    const states = stateSpans(agent, this.events, range.from, range.to);
    const interval = milliseconds(agent.heartbeatInterval) || 10_000;
    const rows = this.#beats?.filter((beat) => Date.parse(beat.at) >= range.from);
    const until = beats(agent.state) ? horizon() : Date.parse(agent.stateSince);
    return { states, beats: rows ? beatSpans(rows, interval, states, Math.min(range.to, until)) : null };
  }

  async read() {
    const { from } = this;
    const list = async (path, parameters) => (await api.get(path, { limit: PAGE, ...parameters })).items;
    const [events, alerts, episodes, series, anomalies] = await Promise.all([
      list(api.agentPath(this.agent, "/events"), { type: "agent.transition", from }),
      list("/api/v1/alerts", { agent: this.agent, limit: SERIES }),
      list("/api/v1/recoveries", { agent: this.agent, limit: SERIES }),
      list(api.agentPath(this.agent, "/metrics"), { from, limit: SERIES }),
      api.get("/api/v1/anomalies", { agent: this.agent, from, limit: PAGE }),
      this.#readBeats(from),
    ]);
    const lasts = (end) => !end || Date.parse(end) >= this.range.from;
    this.events = events;
    this.alerts = alerts.filter((alert) => lasts(alert.resolvedAt)).reverse();
    this.episodes = episodes.filter((episode) => lasts(episode.endedAt)).reverse();
    this.series = series;
    this.anomalies = anomalies.items;
    this.complete = true;
  }

  /** All heartbeats of the span at first, then those since. */
  async #readBeats(from) {
    const newest = this.#beats?.at(-1)?.at;
    const found = [];
    let cursor;
    let pages = 0;
    do {
      const page = await api.get(api.agentPath(this.agent, "/heartbeats"), { from: newest ?? from, limit: PAGE, cursor });
      found.push(...page.items);
      cursor = page.next;
    } while (cursor && ++pages < MOST_PAGES);
    const fresh = found.map(({ at, failures }) => ({ at, failures })).reverse().filter(({ at }) => !newest || at > newest);
    if (cursor) this.beatsFrom = fresh[0]?.at ?? null;
    const first = this.range.from;
    this.#beats = [...(cursor ? [] : (this.#beats ?? [])), ...fresh].filter((beat) => Date.parse(beat.at) >= first);
  }
}

// What this tab knows of the fleet: read once, then kept up by the stream. Elements listen for "change", which comes at
// most once a frame however much arrived.

import * as api from "./api.js";
import * as clock from "./clock.js";
import { problems } from "./problems.js";
import { Rows } from "./rows.js";
import { Stream } from "./stream.js";

const EVENTS_KEPT = 500;
const REFRESH = 5_000;
/** The server reads heartbeats every five seconds; after this long it has those from before the stream began. */
const SETTLED = 7_000;

export class Fleet extends EventTarget {
  rows = new Rows();
  caller = null;
  overview = null;
  nodes = [];
  events = [];
  readiness = null;
  phase = { name: "connecting" };
  complete = false;
  #stream = null;
  #refresh = null;
  #announced = false;
  #databaseAwaySince = null;

  /** Signs in with the key of the session and begins to follow; a refusal is thrown, and nothing has begun. */
  async open() {
    this.caller = await api.get("/api/v1/whoami");
    this.#stream = new Stream("/api/v1/stream", (type, data) => this.#take(type, data), (phase) => this.#enter(phase));
    this.#stream.open();
    this.#refresh = setInterval(() => document.hidden || this.#readNodes(), REFRESH);
    this.#readNodes();
    this.#readOnce("/api/v1/events", { from: "-PT24H", limit: 100 }, (page) => page.items.forEach((event) => this.#addEvent(event)));
  }

  close() {
    this.#stream?.close();
    clearInterval(this.#refresh);
  }

  retryNow() {
    this.#stream?.retryNow();
  }

  /** What a person should look at, the worst first. */
  get problems() {
    return problems(this.overview, this.nodes, this.readiness, this.#databaseAwaySince, clock.now());
  }

  get databaseAway() {
    return this.#databaseAwaySince !== null;
  }

  get canCommand() {
    return this.caller?.role === "operator" || this.caller?.role === "admin";
  }

  get canDrain() {
    return this.caller?.role === "admin";
  }

  async command(id, command, reason) {
    this.rows.merge(await api.post(api.agentPath(id, `/${command}`), { reason }));
    this.#changed();
  }

  async drain(node, reason) {
    await api.post(api.nodePath(node, "/drain"), { reason });
    await this.#readNodes();
  }

  #enter(phase) {
    this.phase = phase;
    if (phase.name === "refused") this.dispatchEvent(new CustomEvent("refused", { detail: phase.refusal }));
    if (phase.name === "waiting") this.#readReadiness();
    this.#changed();
  }

  #take(type, data) {
    if (type === "agent") this.rows.merge(data);
    else if (type === "removed") this.rows.remove(data.id);
    else if (type === "beats") data.items.forEach((item) => this.rows.merge(item));
    else if (type === "overview") this.#takeOverview(data);
    else if (type === "event") this.#takeEvent(data);
    else if (type === "ready") this.#begun();
    else return this.#passOn(type, data);
    this.#changed();
  }

  /** News of what is not the fleet itself: the screen that shows it listens for its type. */
  #passOn(type, data) {
    this.dispatchEvent(new CustomEvent(`news:${type}`, { detail: data }));
  }

  #takeOverview(overview) {
    this.overview = overview;
    clock.learn(overview.at);
  }

  /** The beginning is complete; the stored heartbeats can be laid under it. Also after each reconnect, to fill the hole. */
  #begun() {
    this.complete = true;
    this.#seed();
    setTimeout(() => this.phase.name === "live" && this.#seed(), SETTLED);
    if (!this.overview) this.#readOnce("/api/v1/overview", {}, (overview) => this.#takeOverview(overview));
  }

  #seed() {
    this.#readOnce("/api/v1/heartbeats", {}, (pulse) => this.rows.seed(pulse));
  }

  /** It joins the list, and the screen that shows what it is about hears of it. */
  #takeEvent(event) {
    this.#addEvent(event);
    this.#passOn("event", event);
  }

  #addEvent(event) {
    let place = 0;
    while (place < this.events.length && this.events[place].id > event.id) place++;
    if (this.events[place]?.id === event.id) return;
    this.events = [...this.events.slice(0, place), event, ...this.events.slice(place, EVENTS_KEPT - 1)];
  }

  async #readNodes() {
    this.#readReadiness();
    await this.#readOnce("/api/v1/nodes", {}, (page) => (this.nodes = page.items));
  }

  async #readReadiness() {
    try {
      const response = await fetch("/health/ready", { cache: "no-store" });
      this.readiness = await response.json();
    } catch {
      this.readiness = null;
    }
    const away = this.readiness?.checks?.some((check) => check.name === "database" && !check.ready);
    this.#databaseAwaySince = away ? (this.#databaseAwaySince ?? new Date(clock.now()).toISOString()) : null;
    this.#changed();
  }

  /** A read whose failure needs no words of its own: the stream or the readiness tells what is wrong. */
  async #readOnce(path, parameters, take) {
    try {
      take(await api.get(path, parameters));
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
    }
    this.#changed();
  }

  #changed() {
    clock.follow(this.phase.name === "live" && !this.databaseAway);
    if (this.#announced) return;
    this.#announced = true;
    requestAnimationFrame(() => {
      this.#announced = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}

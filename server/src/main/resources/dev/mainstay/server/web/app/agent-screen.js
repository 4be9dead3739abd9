// One agent in full: how it is and why, its life over time, what is wrong with it, what healed it, and its declaration.

import { LitElement, html, css, nothing } from "lit";
import { declarationOf, figuresOf } from "./agent-facts.js";
import { askFor, offered } from "./agent-orders.js";
import * as api from "./api.js";
import { href } from "./address.js";
import { everySecond, since } from "./clock.js";
import { age, moment } from "./format.js";
import { Hears } from "./hears.js";
import { mark } from "./icons.js";
import { page } from "./layouts.js";
import { Reading } from "./reading.js";
import { screen, shared } from "./styles.js";
import { healthWord, scoreTone, stateTone } from "./tones.js";
import "./event-list.js";
import "./health-parts.js";
import "./time-board.js";

const REFRESH = 5_000;
const EVENTS = 50;

class AgentScreen extends LitElement {
  static properties = { fleet: {}, agentId: {}, health: { state: true }, at: { state: true }, past: { state: true } };

  static styles = [
    shared,
    screen,
    page,
    css`
      @media (min-width: 1000px) {
        .columns {
          grid-template-columns: minmax(0, 1fr) clamp(340px, 34vw, 520px);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.health = null;
    this.at = "";
    this.past = [];
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    new Hears(this, "fleet", "change", () => this.requestUpdate());
  }

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  willUpdate(changed) {
    if (!changed.has("agentId")) return;
    this.health = null;
    this.at = "";
    this.past = [];
    this.reading.now();
  }

  render() {
    const agent = this.fleet.rows.get(this.agentId)?.agent;
    return html`<main @look-back=${(event) => this.#lookBack(event.detail)}>
      <nav class="crumbs" aria-label="Where this is"><a href="/">Fleet</a>${agent ? html` / <a href=${href("", "", { kind: agent.kind })}>${agent.kind}</a>` : nothing}</nav>
      ${agent ? this.#all(agent) : this.#nothing()}
    </main>`;
  }

  #nothing() {
    if (!this.fleet.complete) return html`<h1 tabindex="-1" class="muted">Reading…</h1>`;
    return html`<section class="card empty" role="alert"><h1 tabindex="-1">There is no agent ${this.agentId}</h1>
      <p class="muted">It may have been removed from what is declared. <a href="/">To the fleet</a></p></section>`;
  }

  #all(agent) {
    return html`
      <header class="card">
        <div class="line"><h1 tabindex="-1">${agent.id}</h1>${this.fleet.canCommand ? this.#actions(agent) : nothing}</div>
        ${agent.description ? html`<p class="muted">${agent.description}</p>` : nothing}
        ${this.#status(agent)}
        ${this.reading.refusal ? html`<p class="note bad" role="alert">Not fresh: ${this.reading.refusal.message}</p>` : nothing}
        ${agent.lastError ? html`<pre class="fault bad" tabindex="0" aria-label="Last error">${agent.lastError}</pre>` : nothing}
        <dl class="figures">${figuresOf(agent).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      </header>
      <div class="columns">
        <div class="wide"><mainstay-time-board .agent=${agent} .fleet=${this.fleet}></mainstay-time-board></div>
        <div class="rail">
          <section class="card" aria-labelledby="health"><h2 id="health">${this.at ? `Health at ${moment(this.at)}` : "Health, part by part"}</h2>${this.at ? this.#then() : nothing}
            <mainstay-health-parts .health=${this.health} .state=${agent.desired === "paused" ? "paused" : agent.state} .score=${agent.health ?? NaN}></mainstay-health-parts></section>
          <section class="card" aria-labelledby="events"><h2 id="events">Events</h2><mainstay-event-list plain .events=${this.#events()}></mainstay-event-list></section>
          <section class="card" aria-labelledby="declared"><h2 id="declared">Declaration</h2>
            <dl class="spec">${declarationOf(agent).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>
        </div>
      </div>`;
  }

  #actions(agent) {
    return html`<div class="actions" role="group" aria-label="Actions">${offered(agent).map(([command, word]) => html`<button class=${command === "shutdown" ? "danger" : ""}
      @click=${() => this.#ask(askFor(this.fleet, { agent: agent.id, command }))}>${word}…</button>`)}</div>`;
  }

  #status(agent) {
    const tone = stateTone(agent.state);
    const score = agent.health ?? NaN;
    return html`<div class="status">
      <span class="chip ${tone}">${mark(tone)}${agent.state}</span>
      ${agent.desired !== "running" ? html`<span class="chip ${agent.desired === agent.state ? "idle" : "warn"}">wanted: ${agent.desired}</span>` : nothing}
      <span class="chip ${scoreTone(score)}">${mark(scoreTone(score))}health ${Number.isFinite(score) ? Math.round(score) : "–"} · ${healthWord(agent)}</span>
      <span class="muted" title=${moment(agent.stateSince)}>for ${age(since(agent.stateSince))}${agent.cause ? ` · ${agent.cause}` : nothing}</span>
      <span class="muted">${agent.node ? `on ${agent.node}` : agent.source === "http" ? "runs outside" : "on no node"}</span>
    </div>`;
  }

  /** The score of a moment of the past, computed again from the rows, and the way back to now. */
  #then() {
    const { score, stored, note } = this.health ?? {};
    return html`<p>${score == null ? nothing : html`<b class=${scoreTone(score)}>${Math.round(score)}</b>, computed again from the rows that are stored${stored == null ? "" : ` (${Math.round(stored)} then)`}. `}
      <button class="link" @click=${() => this.#lookBack("")}>Back to now</button></p>${note ? html`<p class="muted">${note}</p>` : nothing}`;
  }

  #lookBack(at) {
    this.at = at;
    this.health = null;
    this.reading.now();
  }

  /** What was read, and what the stream brought since. */
  #events() {
    const live = this.fleet.events.filter((event) => event.agent === this.agentId);
    const known = new Set(live.map((event) => event.id));
    return [...live, ...this.past.filter((event) => !known.has(event.id))].sort((one, other) => other.id - one.id);
  }

  async #read() {
    const id = this.agentId;
    if (this.past.length === 0) {
      const events = await api.get(api.agentPath(id, "/events"), { from: "-P7D", limit: EVENTS });
      if (id === this.agentId) this.past = events.items;
    }
    const { at } = this;
    const health = await api.get(api.agentPath(id, "/health"), { at });
    if (id === this.agentId && at === this.at) this.health = health;
  }

  #ask(request) {
    this.dispatchEvent(new CustomEvent("ask", { detail: request, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-agent-screen", AgentScreen);

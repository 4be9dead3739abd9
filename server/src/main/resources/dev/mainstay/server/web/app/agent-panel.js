// One agent in full, beside the fleet: how it is, why, what happened, and what can be done.

import { LitElement, html, css, nothing } from "lit";
import { href } from "./address.js";
import { declarationOf, figuresOf } from "./agent-facts.js";
import { offered } from "./agent-orders.js";
import * as api from "./api.js";
import { strip } from "./agent-row.js";
import { everySecond, since } from "./clock.js";
import { age, moment } from "./format.js";
import { close, mark } from "./icons.js";
import { healthWord, scoreTone, stateTone } from "./tones.js";
import { shared } from "./styles.js";
import "./event-list.js";
import "./health-parts.js";
import "./metric-chart.js";

const REFRESH_SECONDS = 10;
const EVENTS = 50;

class AgentPanel extends LitElement {
  static properties = { agentId: {}, row: {}, complete: {}, events: {}, commandable: {}, health: { state: true }, past: { state: true } };

  static styles = [
    shared,
    css`
      .panel {
        position: fixed;
        z-index: 10;
        inset: 0 0 0 auto;
        width: min(560px, 100%); /* of what the page's scroll bar leaves */
        overflow-y: auto;
        overscroll-behavior: contain;
        background: var(--raised);
        border-left: 1px solid var(--line);
        box-shadow: var(--shadow);
      }
      header {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        align-items: flex-start;
        gap: 12px;
        padding: 14px 16px 10px;
        background: var(--raised);
        border-bottom: 1px solid var(--line);
      }
      header > div {
        flex: 1;
        min-width: 0;
      }
      h2 {
        font-size: 17px;
        letter-spacing: -0.01em;
        overflow-wrap: anywhere;
        outline: none;
      }
      a {
        color: var(--accent);
      }
      .status {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        margin-top: 4px;
      }
      .close {
        padding: 4px;
        line-height: 0;
      }
      section {
        padding: 12px 16px;
      }
      section + section {
        border-top: 1px solid var(--line);
      }
      h3 {
        margin-bottom: 8px;
        font-size: 12px;
        font-weight: 600;
        color: var(--muted);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .fault {
        margin: 0 16px 12px;
        padding: 8px 12px;
        border-radius: 6px;
        background: var(--bad-tint);
        font-family: var(--mono);
        font-size: 12px;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        max-height: 160px;
        overflow-y: auto;
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(110px, 1fr));
        gap: 10px;
        margin-top: 10px;
      }
      .figures dt {
        font-size: 12px;
        color: var(--muted);
      }
      .figures dd {
        font-size: 15px;
        font-weight: 600;
      }
      .spec {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 4px 14px;
      }
      .spec dt {
        color: var(--muted);
      }
      .spec dd {
        overflow-wrap: anywhere;
      }
    `,
  ];

  connectedCallback() {
    super.connectedCallback();
    this.escape = (event) => {
      const dialogOpen = event.composedPath().some((node) => node.localName === "dialog");
      if (event.key === "Escape" && !dialogOpen) this.#tell("close-panel");
    };
    document.addEventListener("keydown", this.escape);
    let seconds = 0;
    this.stop = everySecond(() => (++seconds % REFRESH_SECONDS === 0 ? this.#readHealth() : this.requestUpdate()));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.escape);
    this.stop();
  }

  willUpdate(changed) {
    const score = this.row?.agent.health;
    if (score !== this.shownScore && !changed.has("agentId")) this.#readHealth(); // the parts go with the score above them
    this.shownScore = score;
    if (!changed.has("agentId")) return;
    this.health = null;
    this.past = [];
    this.#readHealth();
    this.#readEvents();
  }

  updated(changed) {
    if (changed.has("agentId")) this.renderRoot.querySelector("h2").focus();
  }

  render() {
    const agent = this.row?.agent;
    return html`<div class="panel" role="dialog" aria-labelledby="title" tabindex="-1">
      <header>
        <div><h2 id="title" tabindex="-1">${this.agentId}</h2>${agent ? this.#status(agent) : nothing}
          ${agent ? html`<a href=${href("agents", agent.id)}>All of it: states, heartbeats and metrics over time</a>` : nothing}</div>
        <button class="bare close" aria-label="Close" title="Close (Esc)" @click=${() => this.#tell("close-panel")}>${close}</button>
      </header>
      ${agent ? this.#body(agent) : html`<section><p class="muted">${this.complete ? "There is no agent of this name (any more)." : "Reading…"}</p></section>`}
    </div>`;
  }

  #status(agent) {
    const tone = stateTone(agent.state);
    const score = agent.health ?? NaN;
    return html`<div class="status">
      <span class="chip ${tone}">${mark(tone)}${agent.state}</span>
      ${agent.desired !== "running" ? html`<span class="chip ${agent.desired === agent.state ? "idle" : "warn"}">wanted: ${agent.desired}</span>` : nothing}
      <span class="chip ${scoreTone(score)}">health ${Number.isFinite(score) ? Math.round(score) : "–"} · ${healthWord(agent)}</span>
      <span class="muted" title=${moment(agent.stateSince)}>for ${age(since(agent.stateSince))}${agent.cause ? ` · ${agent.cause}` : nothing}</span>
    </div>`;
  }

  #body(agent) {
    return html`
      ${this.commandable ? this.#actions(agent) : nothing}
      ${agent.lastError ? html`<p class="fault bad" role="note" tabindex="0" aria-label="Last error">${agent.lastError}</p>` : nothing}
      <section aria-label="Heartbeats"><h3>Heartbeats</h3>${strip(agent, this.row.recent)}<dl class="figures">${figuresOf(agent).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
      <section aria-label="Health"><h3>Health, part by part</h3><mainstay-health-parts .health=${this.health} .state=${agent.desired === "paused" ? "paused" : agent.state} .score=${agent.health ?? NaN}></mainstay-health-parts></section>
      <section aria-label="Metrics"><h3>Metrics</h3><mainstay-metric-chart .agentId=${this.agentId}></mainstay-metric-chart></section>
      <section aria-label="Events"><h3>Recent events</h3><mainstay-event-list plain .events=${this.#events()}></mainstay-event-list></section>
      <section aria-label="Declaration"><h3>Declaration</h3><dl class="spec">${declarationOf(agent).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
  }

  #actions(agent) {
    const orders = offered(agent);
    if (orders.length === 0) return nothing;
    return html`<section class="actions" aria-label="Actions">${orders.map(([command, word]) => html`<button
      class=${command === "shutdown" ? "danger" : ""} @click=${() => this.#tell("ask-command", { agent: agent.id, command })}>${word}…</button>`)}</section>`;
  }

  /** What was read when the panel opened, and what the stream brought since. */
  #events() {
    const live = (this.events ?? []).filter((event) => event.agent === this.agentId);
    const known = new Set(live.map((event) => event.id));
    return [...live, ...(this.past ?? []).filter((event) => !known.has(event.id))].sort((one, other) => other.id - one.id);
  }

  #readHealth() {
    this.#read("/health", {}, (health) => (this.health = health));
  }

  #readEvents() {
    this.#read("/events", { from: "-P7D", limit: EVENTS }, (page) => (this.past = page.items));
  }

  async #read(rest, parameters, take) {
    const id = this.agentId;
    try {
      const answer = await api.get(api.agentPath(id, rest), parameters);
      if (id === this.agentId) take(answer);
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
    }
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-agent-panel", AgentPanel);

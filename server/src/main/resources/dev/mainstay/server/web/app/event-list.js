// What happened, newest first. Used beside the fleet and inside the panel of one agent.

import { LitElement, html, css, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { href } from "./address.js";
import { everySecond, since } from "./clock.js";
import { age, clockTime, moment } from "./format.js";
import { mark } from "./icons.js";
import { shortId } from "./tasks.js";
import { severityTone } from "./tones.js";
import { shared } from "./styles.js";

const SHOWN = 80;
const ON_THE_WAY_UP = ["initializing", "registering", "configuring", "monitoring"];

/** A step of a start that goes well. Beside a whole fleet only where it ends is news; the agent's own list has them all. */
const isStep = (event) => event.type === "agent.transition" && event.severity === "info" && ON_THE_WAY_UP.includes(event.detail?.to);

/** What happened in a few words, and what more there is to say about it. */
function words({ type, cause, detail = {} }) {
  if (type === "agent.transition") return [`${detail.from} → ${detail.to}`, cause];
  if (type === "agent.commanded") return [`${detail.command}${detail.actor ? ` by ${detail.actor.replace(/ \(key [^)]*\)$/, "")}` : ""}`, detail.reason || cause];
  const about = detail.type ?? detail.queue ?? detail.schedule ?? detail.group ?? "";
  return [type.startsWith("agent.") ? type : `${type} ${about}`.trim(), cause];
}

/** The task it is about, if it is about one. */
const taskOf = ({ type, detail }) => (type.startsWith("task.") && typeof detail?.task === "string" ? detail.task : "");

class EventList extends LitElement {
  static properties = { events: {}, plain: { type: Boolean } };

  static styles = [
    shared,
    css`
      :host {
        min-height: 0;
      }
      section {
        display: flex;
        flex-direction: column;
        max-height: 100%;
        min-height: 0;
        padding: 10px 0 4px;
      }
      :host([plain]) section {
        padding: 0;
        border: 0;
      }
      h2 {
        padding: 0 14px 4px;
      }
      ol {
        overflow-y: auto;
        padding: 0 14px;
        max-height: 60vh;
      }
      @media (min-width: 1200px) and (min-height: 620px) {
        :host(:not([plain])) ol {
          max-height: none;
        }
      }
      :host([plain]) ol {
        padding: 0;
        max-height: 300px;
      }
      li {
        display: grid;
        grid-template-columns: 10px minmax(0, 1fr) auto;
        gap: 0 8px;
        align-items: baseline;
        padding: 4px 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .type {
        color: var(--text);
        overflow-wrap: anywhere;
      }
      .cause {
        grid-column: 2 / -1;
        font-size: 12px;
        overflow-wrap: anywhere;
      }
      time {
        font-size: 12px;
        white-space: nowrap;
      }
      .none {
        padding: 0 14px 8px;
      }
      :host([plain]) .none {
        padding: 0;
      }
    `,
  ];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  render() {
    const events = (this.events ?? []).filter((event) => this.plain || !isStep(event)).slice(0, SHOWN);
    return html`<section class=${this.plain ? "" : "card"} aria-label=${this.plain ? nothing : "Recent events"}>
      ${this.plain ? nothing : html`<h2>Recent events</h2>`}
      ${events.length === 0 ? html`<p class="none muted">Nothing happened in the last day.</p>`
        : html`<ol tabindex="0" aria-label="Events, newest first">${repeat(events, (event) => event.id, (event) => this.#event(event))}</ol>`}
    </section>`;
  }

  #event(event) {
    const tone = severityTone(event.severity);
    const subject = event.agent ?? event.node;
    const [short, more] = words(event);
    return html`<li class=${tone}>
      ${mark(tone)}
      <span class="type"><span class="hidden">${event.severity}: </span>${this.plain || !subject ? nothing : event.agent
        ? html`<button class="link" @click=${() => this.#open(event.agent)}>${subject}</button> ` : html`${subject} `}<span class=${subject && !this.plain ? "muted" : ""}>${short}${taskOf(event) ? html` <a href=${href("tasks", taskOf(event))}><code>${shortId(taskOf(event))}</code></a>` : nothing}</span></span>
      <time class="muted" datetime=${event.at} title=${moment(event.at)}>${this.plain ? clockTime(event.at) : age(since(event.at))}</time>
      ${more ? html`<span class="cause muted">${more}</span>` : nothing}
    </li>`;
  }

  #open(agent) {
    this.dispatchEvent(new CustomEvent("open-agent", { detail: agent, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-event-list", EventList);

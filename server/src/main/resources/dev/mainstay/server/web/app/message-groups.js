// Consumer groups: how far each is, and what it gave up, with what can be done about it.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { since } from "./clock.js";
import { ago, count, moment, plural } from "./format.js";
import { mark } from "./icons.js";
import { groupStanding } from "./messages.js";
import { href } from "./address.js";
import { Reading } from "./reading.js";
import { listing, table } from "./layouts.js";
import { shared } from "./styles.js";

const REFRESH = 3_000;
const DEAD_SHOWN = 50;
const letterPath = ({ group, message }) => `/api/v1/message-dead-letters/${encodeURIComponent(group)}/${message.position}`;

class MessageGroups extends LitElement {
  static properties = { commandable: {}, query: {}, groups: { state: true }, dead: { state: true } };

  static styles = [
    shared,
    listing,
    table,
    css`
      :host {
        display: grid;
        gap: 12px;
        align-content: start;
        grid-template-columns: minmax(0, 1fr);
      }
      .card {
        padding: 10px 14px;
      }
      .card > h2 {
        margin-bottom: 6px;
      }
      .frame {
        position: relative;
        overflow-x: auto;
      }
      tbody th {
        font-weight: 600;
        white-space: normal;
        overflow-wrap: anywhere;
      }
      .about {
        font-weight: 400;
        font-size: 12px;
      }
      .letter {
        padding: 8px 0;
        border-top: 1px solid var(--line);
      }
      .letter a {
        color: var(--text);
        font-weight: 600;
      }
      .reason {
        margin: 4px 0 6px;
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        gap: 8px;
      }
      pre {
        margin-top: 8px;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.groups = null;
    this.dead = null;
    this.reading = new Reading(this, () => this.#read(), REFRESH);
  }

  connectedCallback() {
    super.connectedCallback();
    this.reading.now();
  }

  render() {
    const { groups, dead } = this;
    return html`<section class="card" aria-labelledby="groups"><h2 id="groups">Consumer groups</h2>
      ${this.reading.refusal ? html`<p class="bad" role="alert">${this.reading.refusal.message}</p>` : nothing}
      ${!groups ? html`<p class="muted">Reading…</p>` : groups.length === 0 ? this.#none() : this.#table(groups)}</section>
    ${dead?.length > 0 ? html`<section class="card" aria-labelledby="dead"><h2 id="dead">Dead letters</h2>${dead.map((letter) => this.#letter(letter))}</section>` : nothing}`;
  }

  #none() {
    return html`<p class="muted">None yet. A group is a durable subscriber: each message goes to one of its consumers, and what fails comes again.</p>
      <pre tabindex="0">./mainstay message groups create billing orders</pre>`;
  }

  #table(groups) {
    return html`<div class="frame" tabindex="0" role="group" aria-label="Consumer groups"><table>
      <thead><tr><th scope="col">Group</th><th scope="col">State</th><th scope="col" class="number">Behind</th><th scope="col" class="number">In hand</th><th scope="col" class="number">Retrying</th><th scope="col" class="number">Dead</th></tr></thead>
      <tbody>${groups.map((group) => this.#group(group))}</tbody></table></div>`;
  }

  #group(group) {
    const { tone, word } = groupStanding(group);
    const filter = [group.keys === "#" ? "" : group.keys, group.filter ?? ""].filter(Boolean).join(" · ");
    return html`<tr><th scope="row">${group.name}<div class="about muted">reads ${group.channels.join(", ")}${filter ? ` · ${filter}` : nothing}</div>
        ${group.missed > 0 ? html`<div class="about bad">missed ${plural(group.missed, "message")}: not read before ${group.missed === 1 ? "its" : "their"} retention was over</div>` : nothing}</th>
      <td><span class="chip ${tone}">${mark(tone)}${word}</span></td>
      <td class="number" title=${group.oldest ? `the oldest since ${moment(group.oldest)}` : ""}>${count(group.behind)}${group.behind >= 10_000 ? "+" : nothing}</td>
      <td class="number">${count(group.inHand)}</td><td class="number">${count(group.waiting)}</td>
      <td class="number ${group.dead > 0 ? "bad" : ""}">${count(group.dead)}</td></tr>`;
  }

  #letter(letter) {
    const { group, message, attempts, diedAt, reason } = letter;
    const name = `${message.position} of ${group}`;
    return html`<div class="letter">
      <div><a href=${href("messages", String(message.position), this.query)}>${group} · ${message.channel}${message.routingKey ? ` · ${message.routingKey}` : nothing}</a>
        <span class="about muted" title=${moment(diedAt)}>given up ${ago(since(diedAt))} after ${plural(attempts, "attempt")}</span></div>
      <p class="reason bad">${reason || "without a reason"}</p>
      ${this.commandable ? html`<div class="actions">
        <button aria-label="Redrive ${name}" @click=${() => this.#ask("Redrive", name, "Its group gets it again, as if it had never been tried.", false, () => api.post(`${letterPath(letter)}/redrive`))}>Redrive…</button>
        <button class="danger" aria-label="Discard ${name}" @click=${() => this.#ask("Discard", name, "It is no dead letter any more and is not handled; the message itself stays in the log.", true, () => api.remove(letterPath(letter)))}>Discard…</button>
      </div>` : nothing}</div>`;
  }

  #ask(verb, subject, effect, grave, act) {
    const request = { verb, subject, effect, grave, reason: false, act: async () => {
      await act();
      await this.reading.now();
    } };
    this.dispatchEvent(new CustomEvent("ask", { detail: request, bubbles: true, composed: true }));
  }

  async #read() {
    const [groups, dead] = await Promise.all([api.all("/api/v1/message-groups"), api.get("/api/v1/message-dead-letters", { limit: DEAD_SHOWN })]);
    [this.groups, this.dead] = [groups, dead.items];
  }
}

customElements.define("mainstay-message-groups", MessageGroups);

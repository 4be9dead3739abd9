// Messages: those a filter means, newest first and live, one of them with its thread, and the groups that consume them.

import { LitElement, html, css, nothing } from "lit";
import { go, href, replace } from "./address.js";
import * as api from "./api.js";
import { plural } from "./format.js";
import { search } from "./icons.js";
import { filterOf, isFiltered, merged, PRIORITIES, SPANS, streamed } from "./messages.js";
import { listing } from "./layouts.js";
import { SlashSearch } from "./slash-search.js";
import { Stream } from "./stream.js";
import { screen, shared } from "./styles.js";
import "./message-groups.js";
import "./message-panel.js";
import "./message-table.js";

const PAGE = 100;
const SHOWN = 500;
const TYPING = 250;

class MessagesScreen extends LitElement {
  static properties = { fleet: {}, place: {}, messages: { state: true }, next: { state: true }, refusal: { state: true }, live: { state: true }, latest: { state: true } };

  static styles = [
    shared,
    screen,
    listing,
    css`
      .columns {
        display: grid;
        gap: 12px;
        grid-template-columns: minmax(0, 1fr);
        align-items: start;
      }
      .list {
        container: list / inline-size;
      }
      .field {
        flex: 1 1 110px;
        min-width: 90px;
        max-width: 200px;
      }
      .alert {
        padding: 8px 12px;
      }
      .more {
        padding: 8px 12px;
        border-top: 1px solid var(--line);
      }
      @container list (max-width: 660px) {
        .field {
          flex-basis: 40%;
          max-width: none;
        }
      }
      @media (min-width: 1100px) and (min-height: 620px) {
        .columns {
          flex: 1;
          min-height: 0;
          align-items: stretch;
          grid-template-columns: minmax(0, 1fr) clamp(360px, 34vw, 520px);
        }
        .columns > * {
          min-height: 0;
          overflow-y: auto;
        }
      }
    `,
  ];

  #fresh = [];

  constructor() {
    super();
    this.messages = null;
    this.next = null;
    this.live = false;
    this.hide = () => this.stream?.close();
    this.show = (event) => event.persisted && this.#begin();
    new SlashSearch(this);
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("pagehide", this.hide);
    addEventListener("pageshow", this.show);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stream?.close();
    clearTimeout(this.typing);
    removeEventListener("pagehide", this.hide);
    removeEventListener("pageshow", this.show);
  }

  willUpdate(changed) {
    if (!changed.has("place")) return;
    const filter = filterOf(this.place.query);
    if (this.filter && JSON.stringify(filter) === JSON.stringify(this.filter)) return;
    this.filter = filter;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.#begin(), this.messages ? TYPING : 0);
  }

  render() {
    const { id } = this.place;
    return html`<main>
      <h1 tabindex="-1">Messages</h1>
      ${this.refusal ? html`<p class="card alert bad" role="alert">${this.refusal}</p>` : nothing}
      <div class="columns">
        <section class="card list" aria-label="All messages" tabindex="-1">${this.#tools()}${this.#list()}</section>
        <div class="rail">${id ? html`<mainstay-message-panel .position=${id} .query=${this.place.query} .latest=${this.latest} @close-panel=${() => this.#close()}></mainstay-message-panel>`
          : html`<mainstay-message-groups .commandable=${this.fleet.canCommand} .query=${this.place.query}></mainstay-message-groups>`}</div>
      </div>
    </main>`;
  }

  #tools() {
    const { filter } = this;
    const field = (name, words) => html`<input class="field" type="search" placeholder=${words} aria-label=${words} .value=${filter[name]} @input=${(event) => this.#choose({ [name]: event.target.value.trim() })}>`;
    return html`<div class="tools" role="search" aria-label="Filter messages">
      <div class="search">${search}<input type="search" placeholder="Channel" aria-label="Channel" .value=${filter.channel} @input=${(event) => this.#choose({ channel: event.target.value.trim() })}><kbd aria-hidden="true">/</kbd></div>
      ${field("routingKey", "Routing key: eu.#")}${field("sender", "Sender")}${field("correlation", "Thread")}
      <select aria-label="Priority" @change=${(event) => this.#choose({ priority: event.target.value })}>
        <option value="" ?selected=${filter.priority === ""}>Any priority</option>
        ${PRIORITIES.map((each) => html`<option value=${each} ?selected=${filter.priority === each}>${each}</option>`)}</select>
      <select aria-label="Time" @change=${(event) => this.#choose({ from: event.target.value })}>
        ${SPANS.map(([value, words]) => html`<option value=${value} ?selected=${filter.from === value}>${words}</option>`)}</select>
      <span class="count muted" role="status">${this.messages ? `${plural(this.messages.length, "message")}${this.next ? " and more" : ""}${this.live ? ", live" : ""}` : nothing}</span>
    </div>`;
  }

  #list() {
    const { messages } = this;
    if (!messages) return this.refusal ? nothing : html`<p class="empty muted" role="status">Reading messages…</p>`;
    if (messages.length > 0) return html`<mainstay-message-table .messages=${messages} .chosen=${this.place.id} .query=${this.place.query}></mainstay-message-table>
      ${this.next ? html`<div class="more"><button @click=${() => this.#more()}>Older messages</button></div>` : nothing}`;
    if (this.next) return html`<div class="empty"><h2>No message matches so far</h2><p class="muted">Only the newest were looked through. <button @click=${() => this.#more()}>Look further back</button></p></div>`;
    if (isFiltered(this.filter)) return html`<div class="empty"><h2>No message matches</h2><p class="muted">What is published from now on and matches comes here by itself. <button class="link" @click=${() => replace(href("messages", this.place.id))}>Clear the filters</button></p></div>`;
    return html`<div class="empty"><h2>No messages yet</h2>
      <p>Agents, programs and people talk on channels. Publish one, and it is here at once:</p>
      <pre tabindex="0">./mainstay message publish orders '{"order": 7}' --key eu.created</pre></div>`;
  }

  #choose(change) {
    replace(href("messages", this.place.id, { ...this.filter, ...change }));
  }

  async #close() {
    const { id } = this.place;
    go(href("messages", "", this.place.query));
    await this.updateComplete;
    this.renderRoot.querySelector("mainstay-message-table")?.focusMessage(id);
  }

  /** Reads what there is, then follows what comes behind it. */
  async #begin() {
    const { filter } = this;
    this.stream?.close();
    this.live = false;
    await this.#try(async () => {
      const page = await api.get("/api/v1/messages", { ...filter, limit: PAGE });
      if (filter !== this.filter || !this.isConnected) return;
      [this.messages, this.next] = [page.items, page.next];
      this.#follow(filter, page.items[0]?.position);
    });
  }

  #follow(filter, after) {
    const query = new URLSearchParams(Object.entries({ channel: filter.channel, routingKey: filter.routingKey, after: after ?? "" }).filter(([, value]) => value !== ""));
    this.stream = new Stream(`/api/v1/messages/stream?${query}`, (type, message) => type === "message" && streamed(message, filter) && this.#take(message),
      (phase) => (this.live = phase.name === "live"));
    this.stream.open();
  }

  /** Many may come at once; they are drawn together. */
  #take(message) {
    if (this.#fresh.push(message) > 1) return;
    requestAnimationFrame(() => {
      const fresh = this.#fresh.splice(0);
      this.latest = fresh.at(-1);
      this.messages = merged(fresh, this.messages ?? [], SHOWN);
    });
  }

  #more() {
    return this.#try(async () => {
      const page = await api.get("/api/v1/messages", { ...this.filter, limit: PAGE, cursor: this.next });
      this.messages = [...this.messages, ...page.items];
      this.next = page.next;
    });
  }

  async #try(work) {
    try {
      await work();
      this.refusal = "";
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.refusal = refusal.message;
    }
  }
}

customElements.define("mainstay-messages-screen", MessagesScreen);

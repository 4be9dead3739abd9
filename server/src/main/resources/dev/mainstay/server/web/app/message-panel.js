// One message and its thread: what was asked, what was answered, and how long each step took.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { href } from "./address.js";
import { moment } from "./format.js";
import { close } from "./icons.js";
import { toWhom, waited } from "./messages.js";
import { shared } from "./styles.js";
import "./json-box.js";

const THREAD = 100;

class MessagePanel extends LitElement {
  static properties = { position: {}, query: {}, latest: {}, message: { state: true }, thread: { state: true }, refusal: { state: true } };

  static styles = [
    shared,
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
      header {
        display: flex;
        justify-content: space-between;
        align-items: start;
        gap: 8px;
      }
      h2 {
        overflow-wrap: anywhere;
      }
      header h2 {
        font-size: 15px;
      }
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 4px 14px;
        margin-top: 8px;
      }
      dt {
        color: var(--muted);
      }
      dd {
        overflow-wrap: anywhere;
      }
      ol {
        margin-top: 8px;
      }
      li {
        padding: 6px 0 6px 12px;
        border-left: 2px solid var(--line-strong);
      }
      li[aria-current] {
        border-left-color: var(--accent);
      }
      li a {
        color: var(--text);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .wait {
        font-size: 12px;
      }
      .excerpt {
        font: 12px/1.5 var(--mono);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  willUpdate(changed) {
    if (changed.has("position")) {
      this.message = null;
      this.thread = null;
      this.refusal = "";
      this.#read();
    } else if (changed.has("latest") && this.message?.correlationId && this.latest?.correlationId === this.message.correlationId) {
      this.#read();
    }
  }

  render() {
    const { message } = this;
    return html`<section class="card" aria-label="The message">
      <header><h2>${message ? html`To ${toWhom(message.channel)}` : this.refusal ? "There is no such message" : "Reading…"}</h2>
        <button class="bare" aria-label="Close the message" @click=${() => this.dispatchEvent(new CustomEvent("close-panel"))}>${close}</button></header>
      ${this.refusal ? html`<p class="muted" role="alert">${this.refusal}</p>` : nothing}
      ${message ? this.#about(message) : nothing}
    </section>
    ${message ? html`<mainstay-json-box .heading=${"Body"} .value=${message.body}></mainstay-json-box>` : nothing}
    ${this.thread ? this.#thread(this.thread) : nothing}`;
  }

  #about(message) {
    const rows = [
      ["Stored", moment(message.storedAt)], ["Position", message.position], ["Routing key", message.routingKey], ["Priority", message.priority], ["From", message.sender],
      ["Thread", message.correlationId], ["Answers go to", message.replyTo], ["Delivered until", message.expiresAt && moment(message.expiresAt)],
      ...Object.entries(message.headers).map(([name, value]) => [`Header ${name}`, value]),
    ].filter(([, value]) => value);
    return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  #thread(thread) {
    return html`<section class="card" aria-labelledby="thread"><h2 id="thread">Thread ${this.message.correlationId}</h2>
      <ol>${thread.map((each, index) => html`<li aria-current=${each.position === this.message.position ? "true" : nothing}>
        <div class="wait muted">${index === 0 ? "begins" : `${waited(thread[index - 1], each)} later`} · from ${each.sender ?? "nobody named"}</div>
        <a href=${href("messages", String(each.position), this.query)}>${toWhom(each.channel)}${each.routingKey ? ` · ${each.routingKey}` : ""}</a>
        <div class="excerpt muted">${JSON.stringify(each.body).slice(0, 200)}</div></li>`)}</ol>
      ${thread.length === 1 ? html`<p class="muted">Nothing else of this thread was found: no answer yet.</p>` : nothing}</section>`;
  }

  async #read() {
    const { position } = this;
    try {
      const message = await api.get(`/api/v1/messages/${encodeURIComponent(position)}`);
      const thread = message.correlationId ? (await api.get("/api/v1/messages", { correlation: message.correlationId, limit: THREAD })).items.reverse() : null;
      if (position === this.position) [this.message, this.thread] = [message, thread];
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      if (position === this.position) this.refusal = refusal.message;
    }
  }
}

customElements.define("mainstay-message-panel", MessagePanel);

// Messages, the newest first, a row each.

import { LitElement, html, css, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { href } from "./address.js";
import { everySecond, since } from "./clock.js";
import { age, moment } from "./format.js";
import { mark } from "./icons.js";
import { TONES, toWhom } from "./messages.js";
import { shared } from "./styles.js";

class MessageTable extends LitElement {
  static properties = { messages: {}, chosen: {}, query: {} };

  static styles = [
    shared,
    css`
      :host {
        container: messages / inline-size;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        table-layout: fixed;
      }
      th {
        padding: 6px 12px;
        text-align: left;
        font-size: 12px;
        font-weight: 500;
        color: var(--muted);
        border-bottom: 1px solid var(--line);
      }
      td {
        padding: 5px 12px;
        border-bottom: 1px solid var(--line);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      tr:last-child td {
        border-bottom: 0;
      }
      tbody tr:hover {
        background: var(--hover);
      }
      tr[aria-current] {
        background: var(--chosen);
      }
      a {
        color: var(--text);
        font-weight: 600;
        text-decoration: none;
      }
      a:hover {
        text-decoration: underline;
      }
      .when {
        width: 76px;
        color: var(--muted);
      }
      .channel {
        width: 24%;
      }
      .key,
      .sender,
      .thread {
        width: 15%;
      }
      .mono {
        font-size: 12px;
      }
      @container messages (max-width: 900px) {
        .thread {
          display: none;
        }
        .key,
        .sender {
          width: 19%;
        }
      }
      @container messages (max-width: 640px) {
        .sender,
        .key {
          display: none;
        }
        .channel {
          width: 38%;
        }
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

  focusMessage(position) {
    this.renderRoot.querySelector(`a[data-position="${CSS.escape(position)}"]`)?.focus();
  }

  render() {
    return html`<table aria-label="Messages">
      <thead><tr><th scope="col" class="when">Age</th><th scope="col" class="channel">To</th><th scope="col" class="key">Routing key</th>
        <th scope="col" class="sender">From</th><th scope="col" class="thread">Thread</th><th scope="col">Body</th></tr></thead>
      <tbody>${repeat(this.messages, (each) => each.position, (each) => this.#row(each))}</tbody>
    </table>`;
  }

  #row(message) {
    const tone = TONES[message.priority];
    const body = JSON.stringify(message.body);
    return html`<tr aria-current=${String(message.position) === this.chosen ? "true" : nothing}>
      <td class="when" title=${moment(message.storedAt)}>${age(since(message.storedAt))}</td>
      <td class="channel"><a href=${href("messages", String(message.position), this.query)} data-position=${message.position} title=${message.channel}>${toWhom(message.channel)}</a>
        ${tone ? html` <span class="chip ${tone}">${mark(tone)}${message.priority}</span>` : nothing}</td>
      <td class="key mono" title=${message.routingKey}>${message.routingKey}</td>
      <td class="sender" title=${message.sender ?? ""}>${message.sender ?? html`<span class="muted">–</span>`}</td>
      <td class="thread" title=${message.correlationId ?? ""}>${message.correlationId ?? html`<span class="muted">–</span>`}</td>
      <td class="mono muted" title=${body.slice(0, 500)}>${body.slice(0, 200)}</td>
    </tr>`;
  }
}

customElements.define("mainstay-message-table", MessageTable);

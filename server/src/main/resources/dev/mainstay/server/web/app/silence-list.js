// The silences and maintenance windows of now and of the future, and how to end one.

import { LitElement, html, nothing } from "lit";
import { askToUnsilence, silenceWords } from "./alert-orders.js";
import { everySecond, now } from "./clock.js";
import { age, moment } from "./format.js";
import { entries } from "./layouts.js";
import { shared } from "./styles.js";

class SilenceList extends LitElement {
  static properties = { silences: {}, commandable: {} };

  static styles = [shared, entries];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  render() {
    const { silences } = this;
    return html`<section class="card" aria-labelledby="title"><h2 id="title">Silences and maintenance</h2>
      ${!silences ? html`<p class="muted">Reading…</p>`
        : silences.length === 0 ? html`<p class="muted">Nothing is silenced. Silence an alert with <b>s</b>, or plan a window: <code>./mainstay alert silence --help</code></p>`
        : html`<ul>${silences.map((silence) => this.#silence(silence))}</ul>`}</section>`;
  }

  #silence(silence) {
    const begins = Date.parse(silence.startsAt) - now();
    const when = begins > 0 ? `begins in ${age(begins)}` : `ends in ${age(Date.parse(silence.endsAt) - now())}`;
    return html`<li><div class="what"><b>${silenceWords(silence)}</b> <span class="muted">· ${silence.kind}, <span title="${moment(silence.startsAt)} to ${moment(silence.endsAt)}">${when}</span></span>
        <div class="muted">${silence.reason} (${silence.actor})</div></div>
      ${this.commandable ? html`<button aria-label="End the ${silence.kind} of ${silenceWords(silence)}" @click=${() => this.#ask(silence)}>End…</button>` : nothing}</li>`;
  }

  #ask(silence) {
    const after = () => this.dispatchEvent(new CustomEvent("answered", { bubbles: true, composed: true }));
    this.dispatchEvent(new CustomEvent("ask", { detail: askToUnsilence(silence, after), bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-silence-list", SilenceList);

// What agents could be set to: advice that waits, and what became of advice that was taken.

import { LitElement, html, css, nothing } from "lit";
import { href } from "./address.js";
import * as api from "./api.js";
import { since } from "./clock.js";
import { ago, moment, quantity } from "./format.js";
import { mark } from "./icons.js";
import { shared } from "./styles.js";

/** By state: its tone, and what the state means. */
const SHOWN = {
  open: ["warn", "not taken yet"],
  taken: ["idle", "taken, to be measured again"],
  confirmed: ["good", "taken, and it helped"],
  refuted: ["bad", "taken, and it did not help"],
};

class AdviceList extends LitElement {
  static properties = { advice: {}, refusal: {}, commandable: {} };

  static styles = [
    shared,
    css`
      section {
        padding: 10px 14px;
      }
      li {
        display: grid;
        gap: 4px;
        padding: 8px 0;
        overflow-wrap: anywhere;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      a {
        color: var(--accent);
      }
      .line {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
      }
    `,
  ];

  render() {
    const { advice, refusal } = this;
    return html`<section class="card" aria-labelledby="title"><h2 id="title">Advice</h2>
      ${refusal ? html`<p class="bad" role="alert">${refusal.message}</p>` : nothing}
      ${!advice ? html`<p class="muted">${refusal ? nothing : "Reading…"}</p>`
        : advice.length === 0 ? html`<p class="muted">None. Once an hour <code>performance_monitor</code> looks for settings of agents that could be better.</p>`
        : html`<ul>${advice.map((each) => this.#one(each))}</ul>`}</section>`;
  }

  #one(advice) {
    const [tone, words] = SHOWN[advice.state];
    const measured = advice.measured == null ? "" : ` · ${quantity(advice.measure, advice.unit)} before, ${quantity(advice.measured, advice.unit)} after`;
    return html`<li>
      <div class="line"><a href=${href("agents", advice.agent)}>${advice.agent}</a>
        ${advice.state === "open" && this.commandable ? html`<button aria-label="Ignore for ${advice.agent}: ${advice.advice}" @click=${() => this.#ignore(advice)}>Ignore…</button>` : nothing}</div>
      <div>${advice.advice}</div>
      <div class="muted">${advice.expected}</div>
      <div class=${tone}>${mark(tone)} <span class="muted">${words}${measured} · <span title=${moment(advice.givenAt)}>given ${ago(since(advice.givenAt))}</span></span></div>
    </li>`;
  }

  #ignore(advice) {
    const request = {
      verb: "Ignore", subject: `the advice for ${advice.agent}`, effect: `“${advice.advice}” is not given again.`,
      act: async (reason) => {
        await api.post(`/api/v1/advice/${encodeURIComponent(advice.id)}/ignore`, { reason });
        this.dispatchEvent(new CustomEvent("answered", { bubbles: true, composed: true }));
      },
    };
    this.dispatchEvent(new CustomEvent("ask", { detail: request, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-advice-list", AdviceList);

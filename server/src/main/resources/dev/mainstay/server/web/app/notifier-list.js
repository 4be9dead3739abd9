// The ways to tell people that the node that answers has, each with a way to try it.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { duration } from "./format.js";
import { shared } from "./styles.js";

class NotifierList extends LitElement {
  static properties = { notifiers: {}, commandable: {}, trials: { state: true } };

  static styles = [
    shared,
    css`
      section {
        padding: 10px 14px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 10px;
        padding: 5px 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .answer {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      p {
        margin-top: 4px;
      }
    `,
  ];

  constructor() {
    super();
    this.trials = {};
  }

  render() {
    const { notifiers } = this;
    if (!notifiers) return nothing;
    return html`<section class="card" aria-labelledby="title"><h2 id="title">Who can be told</h2>
      ${notifiers.length === 0 ? html`<p class="muted">Nobody: this node has no notifier.</p>` : html`<ul>${notifiers.map(({ name }) => this.#notifier(name))}</ul>`}</section>`;
  }

  #notifier(name) {
    const trial = this.trials[name];
    return html`<li><b>${name}</b><span class="answer" role="status">${!trial ? nothing : trial === "busy" ? html`<span class="muted">sending…</span>`
        : html`<span class=${trial.taken ? "good" : "bad"}>${trial.taken ? "taken" : "not taken"}</span> <span class="muted">${[trial.answer === "taken" ? "" : trial.answer, trial.millis === undefined ? "" : `in ${duration(trial.millis)}`].filter(Boolean).join(", ")}</span>`}</span>
      ${this.commandable ? html`<button aria-label="Send a test through ${name}" ?disabled=${trial === "busy"} @click=${() => this.#try(name)}>Send test</button>` : nothing}</li>`;
  }

  async #try(name) {
    this.trials = { ...this.trials, [name]: "busy" };
    try {
      this.trials = { ...this.trials, [name]: await api.post(`/api/v1/notifiers/${encodeURIComponent(name)}/test`) };
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.trials = { ...this.trials, [name]: { taken: false, answer: refusal.message } };
    }
  }
}

customElements.define("mainstay-notifier-list", NotifierList);

// What is looked for: every rule with what makes it fire, and how to switch one off and on.

import { LitElement, html, nothing } from "lit";
import { askToSwitch } from "./alert-orders.js";
import { conditionWords } from "./alerts.js";
import { mark } from "./icons.js";
import { entries } from "./layouts.js";
import { shared } from "./styles.js";
import { severityTone } from "./tones.js";

class RuleList extends LitElement {
  static properties = { rules: {}, commandable: {} };

  static styles = [shared, entries];

  render() {
    const { rules } = this;
    if (!rules || rules.length === 0) return nothing;
    return html`<section class="card" aria-labelledby="title"><h2 id="title">What is looked for</h2>
      <ul>${rules.map((rule) => this.#rule(rule))}</ul>
      <p class="muted">Add one of your own: <code>./mainstay alert rules put --help</code></p></section>`;
  }

  #rule(rule) {
    const { name, enabled, source, problem, definition } = rule;
    const tone = enabled ? severityTone(definition.severity) : "idle";
    return html`<li><div class="what"><span class=${tone}>${mark(tone)}</span> <b>${name}</b>
        <span class="muted">· ${enabled ? definition.severity : "off"}${source === "builtin" ? nothing : ` · by ${source}`}</span>
        <div class="muted">${conditionWords(definition)}</div>
        ${problem ? html`<div class="bad">${problem}</div>` : nothing}</div>
      ${this.commandable ? html`<button aria-label="Switch ${name} ${enabled ? "off" : "on"}" @click=${() => this.#ask(rule)}>${enabled ? "Off…" : "On…"}</button>` : nothing}</li>`;
  }

  #ask(rule) {
    const after = () => this.dispatchEvent(new CustomEvent("answered", { bubbles: true, composed: true }));
    this.dispatchEvent(new CustomEvent("ask", { detail: askToSwitch(rule, after), bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-rule-list", RuleList);

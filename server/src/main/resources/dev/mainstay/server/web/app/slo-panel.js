// One SLO in full: what is promised, how much of the error budget is left, and how fast it burns in each window.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { href } from "./address.js";
import { since } from "./clock.js";
import { age, count, moment, rate } from "./format.js";
import { close, mark } from "./icons.js";
import { table } from "./layouts.js";
import { panel, replacesList } from "./panels.js";
import { budgetBar, budgetLeft, budgetWords, days, PAIRS, promise, reached, sloTone, sloWord } from "./slos.js";
import { shared } from "./styles.js";

class SloPanel extends LitElement {
  static properties = { slo: {}, name: {}, complete: {}, commandable: {} };

  static styles = [
    shared,
    panel,
    table,
    css`
      .budget {
        height: 10px;
        margin: 6px 0;
        border-radius: 5px;
        background: var(--line);
        overflow: hidden;
      }
      .budget i {
        display: block;
        height: 100%;
        background: var(--fill);
      }
      .burns {
        font-weight: 600;
      }
    `,
  ];

  updated(changed) {
    if (changed.has("name") && replacesList()) this.renderRoot.querySelector("h2").focus({ preventScroll: true });
  }

  render() {
    const { slo, name } = this;
    return html`<section class="card" aria-labelledby="title">
      <header>
        <div>${slo ? html`<div class="status"><span class="chip ${sloTone(slo)}">${mark(sloTone(slo))}${sloWord(slo)}</span>
            ${slo.status?.since ? html`<span class="muted" title=${moment(slo.status.since)}>for ${age(since(slo.status.since))}</span>` : nothing}</div>` : nothing}
          <h2 id="title" tabindex="-1">${name}</h2>${slo?.description ? html`<p class="muted">${slo.description}</p>` : nothing}</div>
        <button class="bare" aria-label="Close the SLO" title="Close (Esc)" @click=${() => this.#tell("close-panel")}>${close}</button>
      </header>
      ${slo ? this.#all(slo) : html`<div class="part"><p class="muted" role="status">${this.complete ? "There is no SLO of this name." : "Reading…"}</p></div>`}
    </section>`;
  }

  #all(slo) {
    return html`
      ${this.commandable && slo.source === "api" ? html`<div class="actions"><button class="danger" @click=${() => this.#tell("ask", this.#removal(slo))}>Remove…</button></div>` : nothing}
      <div class="part"><h3>Error budget</h3>${this.#budget(slo)}</div>
      <div class="part"><h3>How fast it burns</h3>${this.#windows(slo)}</div>
      <div class="part"><h3>Promise</h3>${this.#promise(slo)}</div>`;
  }

  #budget(slo) {
    const { status } = slo;
    if (!status || status.total === 0) return html`<p class="muted">Nothing was counted yet: minutes are counted 30 seconds after their end, from ${moment(slo.countedFrom)} on.</p>`;
    const left = budgetLeft(slo);
    const bad = status.total - status.good;
    return html`<p><b class=${sloTone(slo)}>${budgetWords(slo)}${left < 0 ? "" : " left"}</b> of what ${days(slo.period)} allow</p>
      <div class="budget ${sloTone(slo)}" role="img" aria-label="Error budget: ${budgetWords(slo)}${left < 0 ? "" : " left"}"><i .style=${`width:${budgetBar(slo)}%`}></i></div>
      <p class="muted">${count(bad)} of ${count(status.total)} were bad: ${reached(slo)} reached, ${slo.objective} % promised. Counted up to ${moment(status.at)}.</p>
      ${status.summary ? html`<p class="bad">${status.summary} <a href=${href("alerts", "", { q: slo.name })}>Its alerts</a></p>` : nothing}`;
  }

  /** Each pair of windows: somebody is told when the budget burns that fast in both. */
  #windows(slo) {
    const windows = new Map((slo.status?.windows ?? []).map((each) => [each.window, each]));
    if (windows.size === 0) return html`<p class="muted">No window was counted yet.</p>`;
    return html`<table><thead><tr><th scope="col">Windows</th><th scope="col" class="number">Burn rate</th><th scope="col" class="number">At least</th><th scope="col" class="number">Events</th><th scope="col" class="number">Told from</th></tr></thead>
      <tbody>${PAIRS.map(([lasting, recent, bound, urgency]) => [lasting, recent].map((name, index) => this.#window(name, windows.get(name), index === 0 ? { bound, urgency } : { bound }, slo)))}</tbody></table>
      <p class="muted">1 spends the budget in just its period. A pair tells somebody when both windows burn that fast, the long one beyond doubt (“at least”, 95 % sure) and with ${slo.minEvents} events or more.</p>`;
  }

  #window(name, window, { bound, urgency }, slo) {
    const fast = window && window.total > 0 && (urgency ? window.burnRateAtLeast >= bound && window.total >= slo.minEvents : window.burnRate >= bound);
    const figure = (value) => (window && window.total > 0 ? rate(value) : "–");
    return html`<tr>
      <th scope="row" class=${urgency ? "" : "muted"}>${name}</th>
      <td class="number ${fast ? "bad burns" : ""}">${fast ? mark("bad") : nothing} ${figure(window?.burnRate)}</td>
      <td class="number muted">${figure(window?.burnRateAtLeast)}</td>
      <td class="number muted">${window ? count(window.total) : "–"}</td>
      <td class="number">${urgency ? `${bound} · ${urgency}` : nothing}</td></tr>`;
  }

  #promise(slo) {
    const lines = [
      [slo.agent ? "Agent" : "Queue", html`<a href=${slo.agent ? href("agents", slo.agent) : href("queues", slo.queue)}>${slo.agent ?? slo.queue}</a>`],
      ["Promise", promise(slo)],
      ["Indicator", slo.indicator],
      ["Declared", slo.source === "api" ? "by a request" : "in mainstay.yml or in code, and changed there"],
      ["Counted from", moment(slo.countedFrom)],
    ];
    return html`<dl class="spec">${lines.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  #removal(slo) {
    return { verb: "Remove", subject: slo.name, grave: true, reason: false, effect: "The promise goes, and what was counted of it.",
      act: async () => {
        await api.remove(api.sloPath(slo.name));
        this.#tell("changed");
        this.#tell("close-panel");
      } };
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-slo-panel", SloPanel);

// One series: what it was, what is expected of it with its band, and when it reaches the limit.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { href } from "./address.js";
import { now } from "./clock.js";
import { milliseconds, moment, quantity } from "./format.js";
import { expected, labelsOf, limitWords } from "./forecast-words.js";
import { close } from "./icons.js";
import { panel } from "./panels.js";
import { Reading } from "./reading.js";
import { shared } from "./styles.js";

const REFRESH = 60_000;
/** How much of the past is drawn beside the future. */
const PAST = 1.5;
const SERIES = 100;

class ForecastPanel extends LitElement {
  static properties = { series: {}, ahead: {}, complete: {}, past: { state: true } };

  static styles = [
    shared,
    panel,
    css`
      .frame {
        position: relative;
        height: 240px;
      }
    `,
  ];

  constructor() {
    super();
    this.past = [];
    this.chart = null;
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    this.repaint = () => this.#paint();
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("theme-changed", this.repaint);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("theme-changed", this.repaint);
    this.chart?.destroy();
    this.chart = null;
  }

  willUpdate(changed) {
    const id = this.series?.id;
    if (id === this.shown && !changed.has("ahead")) return;
    this.shown = id;
    this.past = [];
    if (this.series) this.reading.now();
  }

  updated(changed) {
    if (changed.has("series") || changed.has("past")) this.#paint();
  }

  render() {
    const { series } = this;
    return html`<section class="card" aria-labelledby="title">
      <header><div><h2 id="title" tabindex="-1">${series ? series.name : this.complete ? "This series is not among those shown" : "Reading…"}</h2>
        ${series ? html`<p class="muted">${series.agent ? html`of <a href=${href("agents", series.agent)}>${series.agent}</a>` : "of no agent"} ${labelsOf(series)}</p>` : nothing}</div>
        <button class="bare" aria-label="Close the forecast" title="Close (Esc)" @click=${() => this.dispatchEvent(new CustomEvent("close-panel", { bubbles: true, composed: true }))}>${close}</button></header>
      ${series ? this.#all(series) : nothing}</section>`;
  }

  #all(series) {
    const { points, unit, reaches, reachesAt, method } = series;
    if (points.length === 0) return html`<div class="part"><p class="muted">Too little was stored to expect anything: a forecast needs an hour or more to learn from.</p></div>`;
    const lines = [
      ["Newest", series.at && `${quantity(series.value, unit)}, ${moment(series.at)}`],
      ["Expected", `${expected(series)}, ${moment(points.at(-1).at)}`],
      ["Limit", reaches !== null && quantity(reaches, unit)],
      ["Reached", reaches !== null && (reachesAt ? html`<b class="bad">${limitWords(series, now())}</b>, ${moment(reachesAt)}` : "not within this time")],
      ["Made by", `${method}, which was off least of late`],
      ["Band", points.some((point) => point.low !== null) ? "what nine of ten earlier forecasts kept within" : "not known before twenty forecasts could be compared with what came"],
    ];
    return html`<div class="part"><div class="frame"><canvas role="img" aria-label=${`${series.name}: expected ${expected(series)}`}></canvas></div>
        ${this.reading.refusal ? html`<p class="bad" role="alert">Without its past: ${this.reading.refusal.message}</p>` : nothing}</div>
      <div class="part"><dl class="spec">${lines.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div>`;
  }

  async #read() {
    const { series } = this;
    const from = new Date(now() - PAST * milliseconds(this.ahead)).toISOString();
    const page = await api.get("/api/v1/metrics", { name: series.name, agent: series.agent ?? "", from, limit: SERIES });
    if (series.id === this.series?.id) this.past = page.items.find((each) => each.id === series.id)?.points ?? [];
  }

  async #paint() {
    if (!this.series || this.series.points.length === 0) return;
    const { drawForecast } = await import("./plot.js");
    const canvas = this.renderRoot.querySelector("canvas");
    if (!this.isConnected || !canvas) return;
    if (this.chart && this.chart.canvas !== canvas) {
      this.chart.destroy();
      this.chart = null;
    }
    this.chart = drawForecast(this.chart, canvas, this.series, this.past, { from: now() - PAST * milliseconds(this.ahead), to: now() + milliseconds(this.ahead) }, quantity);
  }
}

customElements.define("mainstay-forecast-panel", ForecastPanel);

// The metrics of one agent over time. Chart.js is loaded when the first chart is shown, not before.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { everySecond, now } from "./clock.js";
import { milliseconds, quantity as spell } from "./format.js";
import { shared } from "./styles.js";

export const SPANS = [["-PT15M", "15 min"], ["-PT1H", "1 h"], ["-PT6H", "6 h"], ["-PT24H", "24 h"], ["-P7D", "7 d"], ["-P30D", "30 d"]];
const REFRESH_SECONDS = 10;

class MetricChart extends LitElement {
  static properties = { agentId: {}, series: { state: true }, name: { state: true }, span: { state: true }, refusal: { state: true } };

  static styles = [
    shared,
    css`
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-bottom: 8px;
      }
      .frame {
        position: relative;
        height: 190px;
      }
      .frame[hidden] {
        display: none;
      }
    `,
  ];

  constructor() {
    super();
    this.span = SPANS[0][0];
    this.name = "";
    this.series = null;
    this.chart = null;
    this.seconds = 0;
    this.repaint = () => this.#paint();
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("theme-changed", this.repaint);
    this.stop = everySecond(() => ++this.seconds % REFRESH_SECONDS === 0 && this.#read());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("theme-changed", this.repaint);
    this.stop();
    this.chart?.destroy();
    this.chart = null;
  }

  willUpdate(changed) {
    if (changed.has("agentId")) {
      this.series = null;
      this.name = "";
    }
    if (changed.has("agentId") || changed.has("span")) this.#read();
  }

  updated(changed) {
    if (changed.has("series") || changed.has("name")) this.#paint();
  }

  render() {
    const names = [...new Set((this.series ?? []).map((each) => each.name))];
    return html`
      <div class="tools">
        <select aria-label="Metric" ?disabled=${names.length === 0} @change=${(event) => (this.name = event.target.value)}>
          ${names.map((name) => html`<option value=${name} ?selected=${name === this.name}>${name}</option>`)}
          ${names.length === 0 ? html`<option>No metrics</option>` : nothing}
        </select>
        <select aria-label="Time span" @change=${(event) => (this.span = event.target.value)}>
          ${SPANS.map(([span, words]) => html`<option value=${span} ?selected=${span === this.span}>${words}</option>`)}
        </select>
      </div>
      <div class="frame" ?hidden=${names.length === 0}><canvas role="img" aria-label=${this.#words()}></canvas></div>
      ${this.refusal ? html`<p class="bad" role="alert">${this.refusal.message}</p>`
        : this.series && names.length === 0 ? html`<p class="muted">Nothing was measured in this time.</p>` : nothing}`;
  }

  /** The chosen metric in words: its newest, least and greatest value. */
  #words() {
    const chosen = this.#chosen();
    const points = chosen[0]?.points ?? [];
    if (points.length === 0) return "No values";
    const values = points.map((point) => point.value);
    return `${this.name}: newest ${spell(values.at(-1), chosen[0].unit)}, from ${spell(Math.min(...values), chosen[0].unit)} to ${spell(Math.max(...values), chosen[0].unit)}`;
  }

  #chosen() {
    return (this.series ?? []).filter((each) => each.name === this.name);
  }

  async #read() {
    const { agentId, span } = this;
    try {
      const page = await api.get(api.agentPath(agentId, "/metrics"), { from: span, limit: 100 });
      if (agentId !== this.agentId || span !== this.span) return;
      this.refusal = null;
      if (!page.items.some((each) => each.name === this.name)) this.name = page.items[0]?.name ?? "";
      this.series = page.items;
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.refusal = refusal;
    }
  }

  async #paint() {
    const { drawChart } = await import("./plot.js");
    const canvas = this.renderRoot.querySelector("canvas");
    if (!this.isConnected || !canvas || this.#chosen().length === 0) return;
    this.chart = drawChart(this.chart, canvas, this.#chosen(), { from: now() - milliseconds(this.span.slice(1)), to: now() }, spell);
  }
}

customElements.define("mainstay-metric-chart", MetricChart);

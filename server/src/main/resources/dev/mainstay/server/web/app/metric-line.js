// One metric of an agent on the axis of time it shares with others: its name, its value at the moment looked at, its line.

import { LitElement, html, css, nothing } from "lit";
import { moment, quantity } from "./format.js";
import { pointAt, ROOM, share } from "./lanes.js";
import { shared } from "./styles.js";

const STEPS = { raw: "", "1m": "means of a minute", "1h": "means of an hour" };

class MetricLine extends LitElement {
  static properties = { series: {}, range: {}, at: {}, anomalies: {} };

  static styles = [
    shared,
    css`
      :host {
        padding-top: 6px;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 0 8px;
        align-items: baseline;
        padding-left: ${ROOM.left}px;
      }
      h3 {
        font-size: 12px;
        font-weight: 600;
      }
      .values {
        margin-left: auto;
        padding-right: ${ROOM.right}px;
      }
      .values b {
        color: var(--text);
      }
      @media (max-width: 640px) {
        .step {
          display: none;
        }
      }
      .frame {
        position: relative;
        height: 84px;
      }
      .bands {
        position: absolute;
        inset: 4px ${ROOM.right}px 2px ${ROOM.left}px;
        pointer-events: none;
      }
      .bands i {
        position: absolute;
        top: 0;
        bottom: 0;
        min-width: 3px;
        background: var(--warn-fill);
        opacity: 0.28;
      }
    `,
  ];

  constructor() {
    super();
    this.chart = null;
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

  updated(changed) {
    if (changed.has("series") || changed.has("range")) this.#paint();
  }

  render() {
    const { series, range } = this;
    const first = series[0];
    return html`<header><h3>${first.name}</h3><span class="step muted">${STEPS[first.resolution] ?? first.resolution}</span><span class="values muted">${series.map((each) => this.#value(each))}</span></header>
      <div class="frame"><canvas role="img" aria-label=${this.#words()}></canvas>
        <div class="bands">${(this.anomalies ?? []).map((anomaly) => html`<i title=${anomaly.why} .style=${band(anomaly, range)}></i>`)}</div></div>
      ${this.#unusual()}`;
  }

  /** The value at the moment looked at, or the newest. */
  #value({ points, unit, labels }) {
    const point = Number.isFinite(this.at) ? pointAt(points, this.at) : points.at(-1);
    const name = this.series.length > 1 ? `${Object.values(labels).join(" ") || "none"} ` : "";
    return html` ${name}<b title=${point ? moment(point.at) : ""}>${point ? quantity(point.value, unit) : "–"}</b>`;
  }

  /** The anomaly at the moment looked at, in the words of the detector. */
  #unusual() {
    const { at } = this;
    const found = (this.anomalies ?? []).find((anomaly) => at >= Date.parse(anomaly.beganAt) && at <= (anomaly.endedAt ? Date.parse(anomaly.endedAt) : Infinity));
    return found ? html`<p class="warn" .style=${`padding-left:${ROOM.left}px`}>Unusual: ${found.why}</p>` : nothing;
  }

  #words() {
    const { points, unit, name } = this.series[0];
    const values = points.map((point) => point.value);
    const unusual = this.anomalies?.length > 0 ? `; unusual ${this.anomalies.length === 1 ? "once" : `${this.anomalies.length} times`}` : "";
    return values.length === 0 ? `${name}: no values` : `${name}: newest ${quantity(values.at(-1), unit)}, from ${quantity(Math.min(...values), unit)} to ${quantity(Math.max(...values), unit)}${unusual}`;
  }

  async #paint() {
    const { drawChart } = await import("./plot.js");
    const canvas = this.renderRoot.querySelector("canvas");
    if (!this.isConnected || !canvas) return;
    this.chart = drawChart(this.chart, canvas, this.series, { ...this.range, slim: true }, quantity);
  }
}

function band(anomaly, range) {
  const from = share(Date.parse(anomaly.beganAt), range);
  const to = share(anomaly.endedAt ? Date.parse(anomaly.endedAt) : range.to, range);
  return `left:${from * 100}%;width:${(to - from) * 100}%`;
}

customElements.define("mainstay-metric-line", MetricLine);

// An agent over time: states, heartbeats, alerts, healing and every metric, one below the other on one axis of time, with
// one cursor through all of them. The pointer moves it, and so do the arrow keys on the slider above.

import { LitElement, html, css, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { AgentLife } from "./agent-life.js";
import { moment, plural } from "./format.js";
import { Hears } from "./hears.js";
import { ROOM, share } from "./lanes.js";
import { SPANS } from "./metric-chart.js";
import { Reading } from "./reading.js";
import { recoveryTone } from "./recoveries.js";
import { shared } from "./styles.js";
import "./life-lanes.js";
import "./metric-line.js";

const REFRESH = 5_000;
const SHOWN = 12;
const STEPS = 500;

class TimeBoard extends LitElement {
  static properties = { agent: {}, fleet: {}, span: { state: true }, at: { state: true }, q: { state: true }, all: { state: true } };

  static styles = [
    shared,
    css`
      section {
        padding: 10px 2px 12px 14px;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding-right: ${ROOM.right}px;
      }
      .tools output {
        margin-left: auto;
      }
      @media (max-width: 640px) {
        .hint {
          display: none;
        }
      }
      .board {
        position: relative;
        margin-top: 6px;
      }
      .ruler {
        padding: 0 ${ROOM.right}px 0 ${ROOM.left}px;
      }
      input[type="range"] {
        display: block;
        width: 100%;
        margin: 0;
        padding: 0;
        min-height: 24px;
        accent-color: var(--accent);
      }
      .ends {
        display: flex;
        justify-content: space-between;
        font-size: 12px;
      }
      .over {
        position: absolute;
        inset: 24px ${ROOM.right}px 0 ${ROOM.left}px;
        pointer-events: none;
      }
      .over i {
        position: absolute;
        top: 0;
        bottom: 0;
        border-left: 1px dashed var(--fill);
      }
      .over .cursor {
        border-left: 1px solid var(--accent);
      }
      .more {
        padding: 8px 0 0 ${ROOM.left}px;
      }
      .error {
        margin: 8px 0;
        padding: 6px 10px;
        border-radius: 6px;
        background: var(--bad-tint);
      }
    `,
  ];

  constructor() {
    super();
    this.span = SPANS[0][0];
    this.at = NaN;
    this.q = "";
    this.all = false;
    this.life = null;
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    new Hears(this, "fleet", "news:event", ({ detail }) => detail.agent === this.agent.id && this.reading.soon());
  }

  willUpdate(changed) {
    if (this.life?.agent === this.agent.id && !changed.has("span")) return;
    this.life = new AgentLife(this.agent.id, this.span);
    this.range = this.life.range;
    this.at = NaN;
    this.reading.now();
  }

  render() {
    const { life, range, agent } = this;
    const { refusal } = this.reading;
    return html`<section class="card" aria-labelledby="title">
      <div class="tools"><h2 id="title">Over time</h2>
        <select aria-label="Time span" @change=${(event) => (this.span = event.target.value)}>${SPANS.map(([span, words]) => html`<option value=${span} .selected=${span === this.span}>${words}</option>`)}</select>
        ${life.series.length > SHOWN || this.q ? html`<input type="search" placeholder="Metric" aria-label="Search metrics" .value=${this.q} @input=${(event) => (this.q = event.target.value)}>` : nothing}
        <output class="muted">${Number.isFinite(this.at) ? moment(this.at) : "newest values"}</output><span class="muted hint">click for the health of then</span></div>
      ${refusal ? html`<p class="error bad" role="alert">${refusal.message}</p>` : nothing}
      <div class="board" @pointermove=${this.#point} @pointerleave=${() => (this.at = NaN)} @click=${this.#lookBack}>
        ${this.#ruler(range)}
        <mainstay-life-lanes .range=${range} .beatsFrom=${life.beatsFrom} .alerts=${life.alerts} .episodes=${life.episodes}
          .states=${life.complete ? life.lanes(agent, range).states : []} .beats=${life.complete ? life.lanes(agent, range).beats : null}></mainstay-life-lanes>
        ${this.#metrics(life, range)}
        <div class="over">${life.episodes.filter((episode) => episode.actedAt && Date.parse(episode.actedAt) > range.from).map((episode) => html`<i class=${recoveryTone(episode)} title="acted on ${episode.cause}"
            .style=${`left:${share(Date.parse(episode.actedAt), range) * 100}%`}></i>`)}
          ${Number.isFinite(this.at) ? html`<i class="cursor" .style=${`left:${share(this.at, range) * 100}%`}></i>` : nothing}</div>
      </div>
    </section>`;
  }

  #ruler(range) {
    const value = Number.isFinite(this.at) ? Math.round(share(this.at, range) * STEPS) : STEPS;
    return html`<div class="ruler"><input type="range" min="0" max=${STEPS} .value=${String(value)} aria-label="Moment looked at"
        aria-valuetext=${Number.isFinite(this.at) ? moment(this.at) : "the newest values"} @input=${(event) => this.#slide(Number(event.target.value), range)} @change=${this.#lookBack}>
      <div class="ends muted"><span>${stamp(range.from, range)}</span><span>${stamp((range.from + range.to) / 2, range)}</span><span>${stamp(range.to, range)}</span></div></div>`;
  }

  #metrics(life, range) {
    if (!life.complete) return this.reading.refusal ? nothing : html`<p class="more muted" role="status">Reading…</p>`;
    const byName = Map.groupBy(life.series.filter((each) => each.name.includes(this.q)), (each) => each.name);
    const names = [...byName.keys()].sort();
    const shown = this.all ? names : names.slice(0, SHOWN);
    if (names.length === 0) return html`<p class="more muted">${this.q ? "No metric is called so." : "Nothing was measured in this time. Metrics come with ticks: choose a longer time, or see whether it ticks."}</p>`;
    return html`${repeat(shown, (name) => name, (name) => html`<mainstay-metric-line .series=${byName.get(name)} .range=${range} .at=${this.at}
        .anomalies=${life.anomalies.filter((anomaly) => anomaly.metric === name)}></mainstay-metric-line>`)}
      ${names.length > shown.length ? html`<p class="more"><button class="link" @click=${() => (this.all = true)}>and ${plural(names.length - shown.length, "more metric")}</button></p>` : nothing}`;
  }

  #point(event) {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - box.left - ROOM.left) / (box.width - ROOM.left - ROOM.right);
    this.at = part >= 0 && part <= 1 ? this.range.from + part * (this.range.to - this.range.from) : NaN;
  }

  /** A click, or the slider let go: others show what was known at this moment too. */
  #lookBack(event) {
    if (event.type === "click" && event.composedPath().some((node) => ["a", "button", "input"].includes(node.localName))) return;
    this.dispatchEvent(new CustomEvent("look-back", { detail: Number.isFinite(this.at) ? new Date(this.at).toISOString() : "", bubbles: true, composed: true }));
  }

  #slide(step, range) {
    this.at = step === STEPS ? NaN : range.from + (step / STEPS) * (range.to - range.from);
  }

  async #read() {
    const { life } = this;
    await life.read();
    if (life !== this.life) return;
    this.range = life.range;
    this.requestUpdate();
  }
}

/** A moment on the axis: with its day where the span is longer than one. */
function stamp(at, { from, to }) {
  return new Date(at).toLocaleString("en-GB", to - from > 86_400_000 ? { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } : { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

customElements.define("mainstay-time-board", TimeBoard);

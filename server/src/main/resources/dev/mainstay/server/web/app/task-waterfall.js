// The life of a task as a waterfall: attempts, and in them steps and waits. What is read is a window of it, so that a
// task with a hundred thousand spans opens like one with ten.

import { LitElement, html, css, nothing } from "lit";
import { Refusal } from "./api.js";
import { now } from "./clock.js";
import { count, duration, moment, plural } from "./format.js";
import { Reading } from "./reading.js";
import { SpanList } from "./span-list.js";
import { axis, axisOfWork, extent, isWait, keyOfSpan, took, wordOfSpan } from "./spans.js";
import { page } from "./layouts.js";
import { shared } from "./styles.js";
import "./json-box.js";
import "./span-table.js";

const REFRESH = 5_000;
const AHEAD = 60;
const PARTS = 1_000;

class TaskWaterfall extends LitElement {
  static properties = { task: {}, forkable: {}, hideIdle: { state: true }, fit: { state: true }, chosen: { state: true }, seen: { state: true }, list: { state: true } };

  static styles = [
    shared,
    page,
    css`
      section.card {
        padding: 10px 0 4px;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
        padding: 0 14px 6px;
      }
      .tools label {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-height: 26px;
      }
      .jump {
        flex: 1;
        justify-content: flex-end;
      }
      .jump input {
        width: min(220px, 40vw);
        padding: 0;
        border: 0;
        accent-color: var(--accent);
      }
      .foot,
      .none {
        padding: 6px 14px;
      }
      .span {
        margin: 4px 14px 10px;
        padding-top: 10px;
        border-top: 1px solid var(--line);
      }
      .span h3 {
        font-size: 13px;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.hideIdle = false;
    this.fit = null;
    this.chosen = "";
    this.seen = { first: 0, last: 40 };
    this.list = null;
    this.reading = new Reading(this, () => this.#read(), REFRESH);
  }

  willUpdate(changed) {
    if (!changed.has("task")) return;
    const { id, attempts, steps, place } = this.task;
    if (id !== this.list?.task) this.#jump(undefined);
    else if (`${attempts} ${steps} ${place}` !== this.known) this.reading.now();
    this.known = `${attempts} ${steps} ${place}`;
  }

  render() {
    const { task, list } = this;
    const rows = this.#rows();
    const [from, to] = this.#ends(rows);
    const scale = this.hideIdle ? axisOfWork(rows, from, to, now()) : axis(from, to);
    const span = list.items.find((each) => keyOfSpan(each) === this.chosen);
    return html`<section class="card" aria-labelledby="timeline">
      <div class="tools"><h2 id="timeline">Timeline</h2>
        <label><input type="checkbox" .checked=${this.hideIdle} @change=${(event) => (this.hideIdle = event.target.checked)}>Hide idle and waiting</label>
        <label><input type="checkbox" .checked=${this.#fits()} @change=${(event) => (this.fit = event.target.checked)}>Fit what is in sight</label>
        ${list.hasMore || list.from ? this.#jumper(task) : nothing}
      </div>
      ${rows.length === 0 ? html`<p class="none muted">${this.#none()}</p>` : html`<mainstay-span-table .rows=${rows} .axis=${scale} .more=${list.hasMore} .chosen=${this.chosen}
        .ends=${[moment(new Date(from).toISOString()), this.hideIdle ? "without pauses" : `+ ${duration(to - from)}`]}
        @choose-span=${(event) => (this.chosen = event.detail === this.chosen ? "" : event.detail)} @rows-seen=${(event) => this.#look(event.detail)}></mainstay-span-table>`}
      ${this.reading.refusal ? html`<p class="none bad" role="alert">${this.reading.refusal.message}</p>` : nothing}
      ${list.hasMore || list.from ? html`<p class="foot muted">${plural(list.items.length, "span")} read${list.from ? ` from ${moment(list.from)} on` : ""}; the task has ${count(task.steps)} steps. ${list.from
        ? html`<button class="link" @click=${() => this.#jump(undefined)}>From the beginning</button>` : "More are read as you scroll."}</p>` : nothing}
      <div role="status">${span ? this.#detail(span) : nothing}</div>
    </section>`;
  }

  #rows() {
    const { items } = this.list;
    return this.hideIdle ? items.filter((span) => !isWait(span)) : items;
  }

  /** Where the axis begins and ends: the task's life, or what the rows in sight need. */
  #ends(rows) {
    const life = [Date.parse(this.task.createdAt), this.task.endedAt ? Date.parse(this.task.endedAt) : now()];
    if (!this.#fits()) return life;
    const [from, to] = extent(rows.slice(this.seen.first, this.seen.last).filter((span) => span.kind !== "attempt"), now());
    return from <= to ? [from, to] : life;
  }

  /** Unless somebody said otherwise: a life that is too long to be seen at once is seen piece by piece. */
  #fits() {
    return this.fit ?? (this.list.hasMore || Boolean(this.list.from));
  }

  #none() {
    if (!this.list.complete) return "Reading…";
    return this.list.items.length > 0 ? "Nothing but waiting." : "It has not run yet. What it does appears here while it does it.";
  }

  #jumper(task) {
    const start = Date.parse(task.createdAt);
    const life = (task.endedAt ? Date.parse(task.endedAt) : now()) - start;
    const value = this.list.from ? Math.round(((Date.parse(this.list.from) - start) / life) * PARTS) : 0;
    return html`<label class="jump">Jump to<input type="range" min="0" max=${PARTS} .value=${String(value)} aria-valuetext=${moment(this.list.from ?? task.createdAt)}
      @change=${(event) => this.#jump(event.target.value === "0" ? undefined : new Date(start + (life * event.target.value) / PARTS).toISOString())}></label>`;
  }

  #detail(span) {
    const lines = [
      ["Outcome", span.outcome], ["Worker", span.worker], ["Started", moment(span.startedAt)], ["Ended", span.endedAt && moment(span.endedAt)],
      ["Took", duration(took(span, now()))], ["Result", span.resultBytes && span.result == null ? `${count(span.resultBytes)} bytes` : ""],
    ];
    return html`<div class="span">
      <div class="line"><h3>${wordOfSpan(span)}</h3>${this.forkable && span.kind !== "attempt" ? html`<button @click=${() => this.#fork(span)}>Fork from here…</button>` : nothing}</div>
      <dl class="spec">${lines.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      ${span.error ? html`<pre class="fault bad" tabindex="0" aria-label="Error">${span.error}</pre>` : nothing}
      ${span.result == null ? nothing : html`<mainstay-json-box heading="Result" .value=${span.result}></mainstay-json-box>`}
    </div>`;
  }

  #fork(span) {
    this.dispatchEvent(new CustomEvent("fork-from", { detail: span.number, bubbles: true, composed: true }));
  }

  /** Another window of the task's life: from this moment on, or from the beginning. */
  #jump(from) {
    this.list = new SpanList(this.task.id, from);
    this.chosen = "";
    this.reading.now();
  }

  async #read() {
    const { list } = this;
    if (!list) return;
    if (!list.complete) await list.begin();
    else if (this.task.state === "open" || this.renewed !== this.known) await list.renew();
    this.renewed = this.known;
  }

  #look(seen) {
    this.seen = seen;
    if (seen.last > this.#rows().length - AHEAD && this.list.hasMore) this.#more();
  }

  async #more() {
    try {
      await this.list.more();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.reading.refusal = refusal;
    }
    this.requestUpdate();
  }
}

customElements.define("mainstay-task-waterfall", TaskWaterfall);

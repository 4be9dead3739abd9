// One task in full: how it stands, what it was given and gave, its life as a waterfall, and what can be done about it.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { go, href } from "./address.js";
import { everySecond, now, since } from "./clock.js";
import { age, ago, count, duration, moment } from "./format.js";
import { Hears } from "./hears.js";
import { mark } from "./icons.js";
import { Reading } from "./reading.js";
import { page } from "./layouts.js";
import { screen, shared } from "./styles.js";
import { askToFork, ordersFor } from "./task-orders.js";
import { waits } from "./task-table.js";
import { runTime, shortId, standing, standingTone, standingWord, taskTone } from "./tasks.js";
import "./attempt-table.js";
import "./json-box.js";
import "./progress-bar.js";
import "./task-waterfall.js";

const REFRESH = 2_000;

class TaskScreen extends LitElement {
  static properties = { fleet: {}, taskId: {}, task: { state: true } };

  static styles = [
    shared,
    screen,
    page,
    css`
      mainstay-progress-bar {
        max-width: 420px;
        margin-top: 8px;
      }
    `,
  ];

  constructor() {
    super();
    this.task = null;
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    new Hears(this, "fleet", "news:task", (event) => this.#concerns(event.detail.items) && this.reading.soon());
  }

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  willUpdate(changed) {
    if (!changed.has("taskId")) return;
    this.task = null;
    this.reading.now();
  }

  render() {
    const { task } = this;
    return html`<main @fork-from=${(event) => this.#ask(askToFork(task, event.detail, ({ id }) => go(href("tasks", id))))}>
      <nav class="crumbs" aria-label="Where this is"><a href="/tasks">Tasks</a>${task ? html` / <a href=${href("tasks", "", { type: task.type })}>${task.type}</a>` : nothing}</nav>
      ${task ? this.#all(task) : this.#nothing()}
    </main>`;
  }

  #nothing() {
    const { refusal } = this.reading;
    if (!refusal) return html`<h1 tabindex="-1" class="muted">Reading…</h1>`;
    return html`<section class="card empty" role="alert"><h1 tabindex="-1">${refusal.status === 404 ? "There is no such task" : "The task cannot be shown"}</h1>
      <p class="muted">${refusal.message} <a href="/tasks">To all tasks</a></p></section>`;
  }

  #all(task) {
    const cancelled = task.state === "cancelled";
    const reason = task.cancelReason ?? (cancelled ? task.error : null);
    const fault = task.deadLetter?.reason ?? (cancelled ? null : task.error);
    return html`
      <header class="card">
        <div class="line"><h1 tabindex="-1">${task.type} <code class="muted" title=${task.id}>${shortId(task.id)}</code></h1>
          ${this.fleet.canCommand ? this.#actions(task) : nothing}</div>
        ${this.#status(task)}
        ${task.progress ? html`<mainstay-progress-bar wide .progress=${task.progress} .moves=${task.place === "running"}></mainstay-progress-bar>` : nothing}
        ${reason ? html`<p class="note warn">${cancelled ? "Cancelled" : "Asked to end"}: ${reason}</p>` : nothing}
        ${this.reading.refusal ? html`<p class="note bad" role="alert">Not fresh: ${this.reading.refusal.message}</p>` : nothing}
        ${fault ? html`<pre class="fault bad" tabindex="0" aria-label=${task.deadLetter ? "Why it was given up" : "Last error"}>${fault}</pre>` : nothing}
        ${this.#figures(task)}
      </header>
      <div class="columns">
        <div class="wide">
          <mainstay-task-waterfall .task=${task} .forkable=${this.fleet.canCommand}></mainstay-task-waterfall>
          <mainstay-attempt-table .attempts=${task.history} .all=${task.attempts}></mainstay-attempt-table>
        </div>
        <div class="rail">
          <section class="card" aria-labelledby="facts"><h2 id="facts">About</h2>${this.#facts(task)}</section>
          ${this.#family(task)}
          <mainstay-json-box heading="Payload" .value=${task.payload}></mainstay-json-box>
          ${task.result == null ? nothing : html`<mainstay-json-box heading="Result" .value=${task.result}></mainstay-json-box>`}
        </div>
      </div>`;
  }

  #actions(task) {
    const done = (answer) => (answer.isNew ? go(href("tasks", answer.id)) : this.reading.now());
    return html`<div class="actions" role="group" aria-label="Actions">${ordersFor(task, done).map(({ word, prime, ask }) => html`<button
      class=${ask.grave ? "danger" : prime ? "primary" : ""} @click=${() => this.#ask(ask)}>${word}…</button>`)}</div>`;
  }

  #status(task) {
    const tone = taskTone(task);
    const wait = task.waiting;
    return html`<div class="status">
      <span class="chip ${tone}">${mark(tone)}${standingWord(standing(task))}</span>
      ${task.place === "no-worker" ? html`<span>Nobody works on <b>${task.type}</b> in queue <a href=${href("queues", task.queue)}>${task.queue}</a>: start a worker of this type, and it runs.</span>` : nothing}
      ${wait ? html`<span>waits for ${wait.kind === "children" ? `${count(wait.remaining)} children` : html`${wait.kind} <b>${wait.name}</b>`} since ${age(since(wait.since))}${wait.deadline
        ? `, until ${moment(wait.deadline)}` : nothing}</span>` : task.waitsFor ? html`<span>${waits(task)}</span>` : nothing}
      ${task.lease ? html`<span class="muted">held by ${task.lease.worker} for ${age(since(task.lease.since))}${task.lease.expiresAt ? `, lease until ${moment(task.lease.expiresAt)}` : nothing}</span>` : nothing}
      ${task.endedAt ? html`<span class="muted" title=${moment(task.endedAt)}>${ago(since(task.endedAt))}${task.worker ? ` by ${task.worker}` : nothing}</span>` : nothing}
    </div>`;
  }

  #figures(task) {
    const run = runTime(task, now());
    const whole = Date.parse(task.endedAt ?? "") - Date.parse(task.createdAt);
    const figures = [
      [task.endedAt ? "From enqueue to end" : "Age", task.endedAt ? duration(whole) : age(since(task.createdAt))],
      [task.place === "running" ? "Running for" : "Last run", duration(run)],
      ["Attempts", count(task.attempts)],
      ["Failures", task.maxAttempts ? `${count(task.failures)} of ${task.maxAttempts}` : count(task.failures)],
      ["Crashes", count(task.crashes)],
      ["Steps stored", count(task.steps)],
    ];
    return html`<dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
  }

  #facts(task) {
    const lines = [
      ["Id", html`<code>${task.id}</code>`],
      ["Queue", html`<a href=${href("queues", task.queue)}>${task.queue}</a>`],
      ["Priority", task.priority],
      ["Created", moment(task.createdAt)],
      ["By", task.actor],
      ["Started", task.startedAt && moment(task.startedAt)],
      ["Ended", task.endedAt && moment(task.endedAt)],
      ["Due", task.dueAt && moment(task.dueAt)],
      ["Expires", task.expiresAt && moment(task.expiresAt)],
      ["Given up", task.deadLetter && moment(task.deadLetter.diedAt)],
      ["Unique key", task.uniqueKey && html`<code>${task.uniqueKey}</code>`],
      ["Ordering key", task.orderingKey && html`<code>${task.orderingKey}</code>`],
      ["Tags", task.tags.length > 0 && task.tags.map((tag) => html`<a href=${href("tasks", "", { tag })}>${tag}</a> `)],
      ["Signals kept", task.signals.join(", ")],
    ];
    return html`<dl class="spec">${lines.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  /** The tasks it hangs together with. */
  #family(task) {
    const children = Object.entries(task.children).filter(([, number]) => number > 0);
    if (!task.parent && children.length === 0 && task.needs.length === 0 && task.neededBy.length === 0) return nothing;
    const links = (ids) => ids.slice(0, 10).map((id) => html`<a href=${href("tasks", id)}><code>${shortId(id)}</code></a> `);
    const more = (ids) => (ids.length > 10 ? `and ${ids.length - 10} more` : nothing);
    return html`<section class="card" aria-labelledby="family"><h2 id="family">Related tasks</h2><dl class="spec">
      ${task.parent ? html`<dt>Child of</dt><dd>${links([task.parent])}</dd>` : nothing}
      ${children.length > 0 ? html`<dt>Children</dt><dd>${children.map(([state, number]) => html`<a class="child ${standingTone(state)}"
        href=${href("tasks", "", { parent: task.id, state })}>${mark(standingTone(state))} ${count(number)} ${standingWord(state)}</a> `)}</dd>` : nothing}
      ${task.needs.length > 0 ? html`<dt>Needs</dt><dd>${links(task.needs)}${more(task.needs)}</dd>` : nothing}
      ${task.neededBy.length > 0 ? html`<dt>Needed by</dt><dd>${links(task.neededBy)}${more(task.neededBy)}</dd>` : nothing}
    </dl></section>`;
  }

  async #read() {
    const id = this.taskId;
    if (this.task && this.task.state !== "open" && this.task.state !== "dead") return;
    const task = await api.get(api.taskPath(id));
    if (id === this.taskId) this.task = task;
  }

  #concerns(queues) {
    return this.task?.state === "open" && queues.some((queue) => queue.name === this.task.queue);
  }

  #ask(request) {
    this.dispatchEvent(new CustomEvent("ask", { detail: request, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-task-screen", TaskScreen);

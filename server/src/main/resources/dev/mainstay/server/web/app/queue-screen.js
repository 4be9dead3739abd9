// One queue: how it stands, who works on it, its limits, and its dead letters.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { href } from "./address.js";
import { since } from "./clock.js";
import { age, ago, count, moment } from "./format.js";
import { Hears } from "./hears.js";
import { mark } from "./icons.js";
import { backlogWords, FIGURES, limitWords, queueStanding } from "./queues.js";
import { Reading } from "./reading.js";
import { page, table } from "./layouts.js";
import { screen, shared } from "./styles.js";
import { askToRedriveAll } from "./task-orders.js";
import { shortId } from "./tasks.js";

const REFRESH = 3_000;
const DEAD_SHOWN = 50;

class QueueScreen extends LitElement {
  static properties = { fleet: {}, name: {}, queue: { state: true }, dead: { state: true } };

  static styles = [
    shared,
    screen,
    page,
    table,
    css`
      .frame {
        position: relative; /* so that hidden words inside scroll with it */
        overflow-x: auto;
      }
      .reason {
        min-width: 180px;
        overflow-wrap: anywhere;
        font-size: 12px;
      }
      .columns {
        align-items: start;
      }
    `,
  ];

  constructor() {
    super();
    this.queue = null;
    this.dead = null;
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    new Hears(this, "fleet", "news:task", (event) => event.detail.items.some((queue) => queue.name === this.name) && this.reading.soon());
  }

  willUpdate(changed) {
    if (!changed.has("name")) return;
    this.queue = null;
    this.dead = null;
    this.reading.now();
  }

  render() {
    const { queue, reading } = this;
    return html`<main>
      <nav class="crumbs" aria-label="Where this is"><a href="/queues">Queues</a></nav>
      ${queue ? this.#all(queue) : reading.refusal ? html`<section class="card empty" role="alert"><h1 tabindex="-1">${reading.refusal.status === 404 ? "There is no such queue" : "The queue cannot be shown"}</h1>
        <p class="muted">${reading.refusal.message} A queue is there once a task was enqueued in it. <a href="/queues">To all queues</a></p></section>`
        : html`<h1 tabindex="-1" class="muted">Reading…</h1>`}
    </main>`;
  }

  #all(queue) {
    const { tone, word } = queueStanding(queue);
    return html`
      <header class="card">
        <div class="line"><h1 tabindex="-1">${queue.name}</h1>${this.fleet.canCommand ? this.#actions(queue) : nothing}</div>
        <div class="status"><span class="chip ${tone}">${mark(tone)}${word}</span>
          <span class="muted">${count(queue.endedPerMinute)} ended and ${count(queue.failedPerMinute)} attempts failed in the last minute${backlogWords(queue) ? ` · backlog done in: ${backlogWords(queue)}` : nothing}</span></div>
        ${queue.paused ? html`<p class="note warn">Paused${queue.pausedBy ? ` by ${queue.pausedBy}` : nothing}${queue.pausedAt ? html` <span title=${moment(queue.pausedAt)}>${ago(since(queue.pausedAt))}</span>` : nothing}${queue.pauseReason ? `: ${queue.pauseReason}` : nothing}</p>` : nothing}
        ${this.reading.refusal ? html`<p class="note bad" role="alert">Not fresh: ${this.reading.refusal.message}</p>` : nothing}
        <dl class="figures">${FIGURES.map(([figure, label, filter]) => html`<div><dt>${label}</dt><dd class=${queue[figure] > 0 && (figure === "dead" || figure === "noWorker") ? "bad" : ""}><a
          href=${href("tasks", "", { queue: queue.name, ...filter })}>${count(queue[figure])}</a></dd></div>`)}</dl>
      </header>
      <div class="columns">
        ${this.#deadLetters(queue)}
        <div class="rail">${this.#types(queue)}
          <section class="card" aria-labelledby="limits"><h2 id="limits">Limits</h2><p class="muted">${limitWords(queue) || "None: as much as its workers have room for."}</p></section></div>
      </div>`;
  }

  #actions(queue) {
    const command = (verb, rest, effect, grave = false) => html`<button @click=${() => this.#ask({ verb, subject: queue.name, effect, grave,
      act: async (reason) => this.#take(await api.post(api.queuePath(queue.name, rest), { reason })) })}>${verb}…</button>`;
    return html`<div class="actions" role="group" aria-label="Actions">
      ${queue.paused ? command("Resume", "/resume", "Its tasks start again.") : command("Pause", "/pause", "Nothing of it starts on any node until it is resumed; what runs goes on.")}
      <button @click=${() => this.#ask(this.#limit(queue))}>Limits…</button>
    </div>`;
  }

  #limit(queue) {
    const { concurrency = null, rate = null, period = "PT1S" } = queue.limits ?? {};
    return {
      verb: "Limit", subject: queue.name, effect: "Over all nodes. An empty field is no limit; what runs goes on.",
      fields: [
        { name: "concurrency", label: "At once", kind: "number", value: concurrency ?? "" },
        { name: "rate", label: "Starts in a period", kind: "number", value: rate ?? "" },
        { name: "period", label: "Period", kind: "text", value: period, hint: "a duration such as PT1M" },
      ],
      act: async (reason, values) => this.#take(await api.put(api.queuePath(queue.name, "/limits"), { reason, ...values })),
    };
  }

  #types(queue) {
    return html`<section class="card" aria-labelledby="types"><h2 id="types">Who works on it</h2>
      ${queue.types.length === 0 ? html`<p class="muted">Nothing was enqueued in it yet.</p>` : html`<table>
        <thead><tr><th scope="col">Type</th><th scope="col">Workers</th></tr></thead>
        <tbody>${queue.types.map(({ type, workers }) => html`<tr><th scope="row"><a href=${href("tasks", "", { queue: queue.name, type })}>${type}</a></th>
          <td class=${workers.length > 0 ? "" : queue.noWorker > 0 ? "bad" : "muted"}>${workers.join(", ") || html`${mark(queue.noWorker > 0 ? "bad" : "idle")} nobody`}</td></tr>`)}</tbody></table>`}
    </section>`;
  }

  #deadLetters(queue) {
    const letters = this.dead ?? [];
    return html`<section class="card" aria-labelledby="dead">
      <div class="line"><h2 id="dead">Dead letters</h2>${queue.dead > 0 && this.fleet.canCommand
        ? html`<button @click=${() => this.#ask(askToRedriveAll(queue.name, () => this.reading.now()))}>Redrive all…</button>` : nothing}</div>
      ${letters.length === 0 ? html`<p class="muted">${this.dead ? "None: whatever was given up would be listed here, with its reason." : "Reading…"}</p>` : html`<div class="frame" tabindex="0" role="group" aria-label="Dead letters"><table>
        <thead><tr><th scope="col">Task</th><th scope="col">Given up</th><th scope="col" class="number">Failures</th><th scope="col">Why</th><th scope="col"><span class="hidden">Action</span></th></tr></thead>
        <tbody>${letters.map((task) => this.#letter(task))}</tbody></table></div>`}
      ${queue.dead > letters.length && letters.length > 0 ? html`<p><a href=${href("tasks", "", { queue: queue.name, state: "dead" })}>All ${count(queue.dead)}</a></p>` : nothing}
    </section>`;
  }

  #letter(task) {
    const name = `${task.type} ${shortId(task.id)}`;
    const ask = { verb: "Redrive", subject: name, effect: "It begins again, with its payload; steps that are done stay done.",
      act: async (reason) => {
        await api.post(api.taskPath(task.id, "/redrive"), { reason });
        await this.reading.now();
      } };
    return html`<tr>
      <th scope="row"><a href=${href("tasks", task.id)}>${task.type} <code>${shortId(task.id)}</code></a></th>
      <td title=${moment(task.endedAt)}>${age(since(task.endedAt))}</td>
      <td class="number">${count(task.failures)}</td>
      <td class="reason muted">${task.error ?? ""}</td>
      <td class="number">${this.fleet.canCommand ? html`<button aria-label="Redrive ${name}" @click=${() => this.#ask(ask)}>Redrive…</button>` : nothing}</td>
    </tr>`;
  }

  #take(queue) {
    this.queue = queue;
  }

  async #read() {
    const { name } = this;
    const [queue, dead] = await Promise.all([api.get(api.queuePath(name)), api.get("/api/v1/tasks", { queue: name, state: "dead", limit: DEAD_SHOWN })]);
    if (name !== this.name) return;
    this.queue = queue;
    this.dead = dead.items;
  }

  #ask(request) {
    this.dispatchEvent(new CustomEvent("ask", { detail: request, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-queue-screen", QueueScreen);

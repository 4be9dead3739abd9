// The queues: what stands in each, how fast it goes, who works on it, and what stands still because nobody does.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { go, href } from "./address.js";
import { Hears } from "./hears.js";
import { mark } from "./icons.js";
import { plural } from "./format.js";
import { fewNames, queueStanding, unserved, withNews } from "./queues.js";
import { Reading } from "./reading.js";
import { listing } from "./layouts.js";
import { screen, shared } from "./styles.js";
import "./queue-table.js";
import "./task-tiles.js";

/** The stream tells what changes; to read again is for what it could not tell. */
const REFRESH = 15_000;
const NAMED = 5;
const ORDER = ["bad", "warn", "good", "idle"];

/** Those that want a look first, then by name. */
const arranged = (queues) =>
  [...queues].sort((one, other) => ORDER.indexOf(queueStanding(one).tone) - ORDER.indexOf(queueStanding(other).tone) || (one.name < other.name ? -1 : 1));

class QueuesScreen extends LitElement {
  static properties = { fleet: {}, queues: { state: true } };

  static styles = [
    shared,
    screen,
    listing,
    css`
      .problem {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 4px 8px;
        padding: 8px 14px;
        border-radius: var(--radius);
        background: var(--bad-tint);
      }
      .problem span {
        color: var(--text);
      }
      .problem a {
        color: inherit;
      }
      section {
        flex: 1;
        min-height: 0;
        container: list / inline-size;
      }
      mainstay-queue-table {
        height: 100%;
      }
    `,
  ];

  constructor() {
    super();
    this.queues = null;
    this.reading = new Reading(this, async () => (this.queues = await api.all("/api/v1/queues")), REFRESH);
    new Hears(this, "fleet", "news:task", (event) => (this.queues = this.queues && withNews(this.queues, event.detail.items)));
  }

  connectedCallback() {
    super.connectedCallback();
    this.reading.now();
  }

  render() {
    const { queues } = this;
    return html`<main @open-queue=${(event) => go(href("queues", event.detail))} @filter=${(event) => go(href("tasks", "", event.detail))}>
      <h1 tabindex="-1">Queues</h1>
      ${this.reading.refusal ? html`<p class="problem bad" role="alert">${this.reading.refusal.message}</p>` : nothing}
      ${this.#unserved((queues ?? []).filter((queue) => queue.noWorker > 0))}
      <mainstay-task-tiles .queues=${queues}></mainstay-task-tiles>
      <section class="card" aria-label="Queues">${queues?.length > 0 ? html`<mainstay-queue-table .rows=${arranged(queues)}></mainstay-queue-table>` : this.#empty()}</section>
    </main>`;
  }

  /** One note, however many queues it is about. */
  #unserved(queues) {
    if (queues.length === 0) return nothing;
    const number = queues.reduce((sum, queue) => sum + queue.noWorker, 0);
    const types = [...new Set(queues.flatMap(unserved))].sort();
    const [shown, others] = [queues.slice(0, NAMED), queues.length - NAMED];
    return html`<p class="problem bad" role="note">${mark("bad")}<b>No worker</b>
      <span>${plural(number, "task")} ${number === 1 ? "waits" : "wait"} for somebody who works on ${fewNames(types, NAMED)}, in ${plural(queues.length, "queue")}:
      ${shown.map((queue, place) => html`${place > 0 ? ", " : nothing}<a href=${href("queues", queue.name)}>${queue.name}</a>`)}${others > 0
        ? html` and <a href=${href("tasks", "", { place: "no-worker" })}>${others === 1 ? "1 other" : `${others} others`}</a>` : nothing}.</span></p>`;
  }

  #empty() {
    if (!this.queues) return html`<div class="empty muted" role="status">Reading the queues…</div>`;
    return html`<div class="empty"><h2>No queues yet</h2>
      <p>A queue is there as soon as a task is enqueued in it; without a name of its own it has that of the task's type.</p>
      <pre tabindex="0">fleet.tasks().enqueue(NewTask.of("send-invoice", invoice));</pre></div>`;
  }
}

customElements.define("mainstay-queues-screen", QueuesScreen);

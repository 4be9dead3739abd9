// The tasks: how many stand where, and those a filter means, newest first. The filter lives in the address.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { go, href, replace } from "./address.js";
import { Hears } from "./hears.js";
import { withNews } from "./queues.js";
import { Reading } from "./reading.js";
import { screen, shared } from "./styles.js";
import { askForAll, askToEnqueue } from "./task-orders.js";
import { TaskList } from "./task-list.js";
import { filterOf, isFiltered } from "./tasks.js";
import "./saved-filters.js";
import "./task-tiles.js";
import "./tasks-view.js";

const REFRESH = 3_000;
/** The stream tells what changes in queues; to read them again is for what it could not tell. */
const REFRESH_QUEUES = 15_000;
const TYPING = 250;

class TasksScreen extends LitElement {
  static properties = { fleet: {}, place: {}, filter: { state: true }, queues: { state: true } };

  static styles = [
    shared,
    screen,
    css`
      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
      }
      mainstay-saved-filters {
        flex: 1;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .error {
        padding: 6px 12px;
        border-radius: 6px;
        background: var(--bad-tint);
      }
      mainstay-tasks-view {
        flex: 1;
        min-height: 0;
      }
    `,
  ];

  constructor() {
    super();
    this.queues = null;
    this.list = new TaskList(filterOf({}));
    this.firstSeen = 0;
    this.reading = new Reading(this, () => this.#readTasks(), REFRESH);
    this.readingQueues = new Reading(this, async () => (this.queues = await api.all("/api/v1/queues")), REFRESH_QUEUES);
    new Hears(this, "fleet", "news:task", (event) => this.#takeNews(event.detail.items));
  }

  connectedCallback() {
    super.connectedCallback();
    this.readingQueues.now();
  }

  willUpdate(changed) {
    if (!changed.has("place")) return;
    const filter = filterOf(this.place.query);
    if (this.filter && JSON.stringify(filter) === JSON.stringify(this.filter)) return;
    this.filter = filter;
    this.#search();
  }

  render() {
    const { list, filter, queues, fleet } = this;
    const refusal = this.reading.refusal ?? this.readingQueues.refusal;
    return html`<main @filter=${(event) => this.#choose(event.detail)} @open-task=${(event) => go(href("tasks", event.detail))}
        @rows-seen=${(event) => this.#look(event.detail)} @more=${() => this.#more()}>
      <div class="title">
        <h1 tabindex="-1">Tasks</h1>
        <mainstay-saved-filters .filter=${filter} .editable=${fleet.canCommand}></mainstay-saved-filters>
        ${fleet.canCommand ? this.#actions() : nothing}
      </div>
      ${refusal ? html`<p class="error bad" role="alert">${refusal.message}</p>` : nothing}
      <mainstay-task-tiles .queues=${queues && filter.queue ? queues.filter((queue) => queue.name === filter.queue) : queues}
        .place=${filter.place} .state=${filter.state}></mainstay-task-tiles>
      <mainstay-tasks-view .rows=${list.items} .filter=${filter} .queues=${queues} .complete=${list.complete} .more=${list.hasMore}
        .searchedTo=${list.searchedTo}></mainstay-tasks-view>
    </main>`;
  }

  #actions() {
    return html`<div class="actions">
      ${isFiltered(this.filter) ? html`
        <button @click=${() => this.#ask(askForAll("retry", this.filter, () => this.#changed()))}>Retry all…</button>
        <button class="danger" @click=${() => this.#ask(askForAll("cancel", this.filter, () => this.#changed()))}>Cancel all…</button>` : nothing}
      <button @click=${() => this.#ask(askToEnqueue(this.#types(), this.filter.type, ({ id }) => go(href("tasks", id))))}>Enqueue…</button>
    </div>`;
  }

  #takeNews(items) {
    this.queues = this.queues && withNews(this.queues, items);
    if (items.some((queue) => !this.filter.queue || queue.name === this.filter.queue)) this.reading.soon();
  }

  #types() {
    return [...new Set((this.queues ?? []).flatMap((queue) => queue.types.map(({ type }) => type)))].sort();
  }

  #choose(change) {
    const filter = { ...this.filter, ...change };
    replace(href("tasks", "", filter));
  }

  /** Another list; while it is being read the old one stays, unless it means nothing any more. */
  #search() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.#begin(), this.list.complete ? TYPING : 0);
  }

  async #begin() {
    this.pending = new TaskList(this.filter);
    this.firstSeen = 0;
    await this.reading.now();
  }

  async #readTasks() {
    const list = this.pending ?? this.list;
    if (!this.pending && !list.complete) return;
    await list.refresh(this.pending ? 0 : this.firstSeen);
    if (list !== (this.pending ?? this.list)) return;
    this.list = list;
    this.pending = null;
  }

  #look({ first, last }) {
    this.firstSeen = first;
    if (last > this.list.items.length - 20) this.#more();
  }

  async #more() {
    try {
      await this.list.more();
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.reading.refusal = refusal;
    }
    this.requestUpdate();
  }

  #changed() {
    this.reading.now();
    this.readingQueues.now();
  }

  #ask(request) {
    this.dispatchEvent(new CustomEvent("ask", { detail: request, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-tasks-screen", TasksScreen);

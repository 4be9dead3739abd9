// The tasks that were found: search and filters above, the table below, or in its place what to do when there is nothing.

import { LitElement, html, css, nothing } from "lit";
import { moment, plural } from "./format.js";
import { search } from "./icons.js";
import { SlashSearch } from "./slash-search.js";
import { ENDS, filterOf, isFiltered, PLACES, PRIORITIES, shortId, SPANS, standingWord } from "./tasks.js";
import { listing } from "./layouts.js";
import { shared } from "./styles.js";
import "./task-table.js";

const distinct = (values, chosen) => [...new Set(chosen ? [...values, chosen] : values)].sort();

class TasksView extends LitElement {
  static properties = { rows: {}, filter: {}, queues: {}, complete: {}, more: {}, searchedTo: {} };

  static styles = [
    shared,
    listing,
    css`
      :host {
        container: list / inline-size;
      }
      section {
        display: flex;
        flex-direction: column;
        height: 100%;
        min-height: 0;
      }
      mainstay-task-table {
        flex: 1;
        min-height: 0;
      }
      .tag {
        width: 110px;
      }
      .found {
        display: flex;
        gap: 8px;
        padding: 6px 12px;
        border-top: 1px solid var(--line);
      }
    `,
  ];

  constructor() {
    super();
    new SlashSearch(this);
  }

  render() {
    const { rows, filter } = this;
    return html`<section class="card" aria-label="Tasks">
      ${rows.length > 0 || isFiltered(filter) ? this.#tools() : nothing}
      ${rows.length > 0 ? html`<mainstay-task-table .rows=${rows} .more=${this.more}></mainstay-task-table>` : this.#empty()}
      ${this.searchedTo && this.more ? html`<div class="found"><span class="muted">Looked back to ${moment(this.searchedTo)}.</span>
        <button class="link" @click=${() => this.#tell("more")}>Look further back</button></div>` : nothing}
    </section>`;
  }

  #tools() {
    const { filter } = this;
    const queues = this.queues ?? [];
    return html`<div class="tools" role="search" aria-label="Filter tasks">
      <div class="search">${search}<input type="search" placeholder="Id, key, tag or payload" aria-label="Search tasks" aria-keyshortcuts="/" maxlength="200"
        .value=${filter.q} @input=${(event) => this.#set({ q: event.target.value.trimStart() })}><kbd aria-hidden="true">/</kbd></div>
      ${this.#standing()}
      ${this.#select("queue", "Any queue", distinct(queues.map((queue) => queue.name), filter.queue))}
      ${this.#select("type", "Any type", distinct(queues.flatMap((queue) => queue.types.map(({ type }) => type)), filter.type))}
      ${this.#select("priority", "Any priority", PRIORITIES)}
      <input class="tag" placeholder="Tag" aria-label="Filter by tag" .value=${filter.tag} @change=${(event) => this.#set({ tag: event.target.value.trim() })}>
      <select aria-label="Filter by time of creation" @change=${(event) => this.#set({ from: event.target.value })}>
        <option value="" .selected=${filter.from === ""}>Any time</option>
        ${SPANS.map(([value, words]) => html`<option value=${value} .selected=${filter.from === value}>Last ${words}</option>`)}
        ${filter.from && !SPANS.some(([value]) => value === filter.from) ? html`<option value=${filter.from} selected>From ${filter.from}</option>` : nothing}
      </select>
      ${filter.parent ? html`<span class="chip idle">children of <code>${shortId(filter.parent)}</code></span>` : nothing}
      ${isFiltered(filter) ? html`<button class="bare" @click=${() => this.#set(filterOf({}))}>Clear</button>` : nothing}
      <span class="count muted" role="status">${this.more ? `newest ${plural(this.rows.length, "task")}` : plural(this.rows.length, "task")}</span>
    </div>`;
  }

  /** Places and ends are two parameters, and one question. */
  #standing() {
    const { place, state } = this.filter;
    const chosen = place ? `place=${place}` : state ? `state=${state}` : "";
    const option = (value, word) => html`<option value=${value} .selected=${chosen === value}>${word}</option>`;
    const known = ["", "state=open", ...PLACES.map((each) => `place=${each}`), ...ENDS.map((each) => `state=${each}`)];
    return html`<select aria-label="Filter by state" @change=${(event) => this.#set({ place: "", state: "", ...Object.fromEntries([event.target.value.split("=")].filter(([field]) => field)) })}>
      ${option("", "Any state")}${option("state=open", "open, anywhere")}
      ${PLACES.map((each) => option(`place=${each}`, standingWord(each)))}${ENDS.map((each) => option(`state=${each}`, standingWord(each)))}
      ${known.includes(chosen) ? nothing : option(chosen, (place || state).split(",").map(standingWord).join(" or "))}
    </select>`;
  }

  #select(field, all, values) {
    return html`<select aria-label=${all.replace("Any", "Filter by")} @change=${(event) => this.#set({ [field]: event.target.value })}>
      <option value="" .selected=${this.filter[field] === ""}>${all}</option>
      ${values.map((value) => html`<option value=${value} .selected=${this.filter[field] === value}>${value}</option>`)}
    </select>`;
  }

  #empty() {
    if (!this.complete) return html`<div class="empty muted" role="status">Reading the tasks…</div>`;
    if (isFiltered(this.filter)) return html`<div class="empty"><h2>${this.more ? "Nothing found yet" : "No task matches"}</h2>
      <p class="muted"><button class="link" @click=${() => this.#set(filterOf({}))}>Clear the filters</button></p></div>`;
    return html`<div class="empty">
      <h2>No tasks yet</h2>
      <p>Enqueue one here, from your program, or over the API:</p>
      <pre tabindex="0">fleet.tasks().enqueue(NewTask.of("send-invoice", invoice));</pre>
      <p>A worker of its type takes it within milliseconds:</p>
      <pre tabindex="0">Fleet.builder().worker("send-invoice", Invoice.class, (invoice, context) -> send(invoice))</pre>
    </div>`;
  }

  #set(change) {
    this.#tell("filter", change);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-tasks-view", TasksView);

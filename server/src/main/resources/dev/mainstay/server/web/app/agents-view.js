// The fleet: search and filters above, the table below, or in its place what to do when there is nothing to show.

import { LitElement, html, css, nothing } from "lit";
import { arrange, COLUMNS, isFiltered, UNFILTERED } from "./filter.js";
import { count, plural } from "./format.js";
import { search } from "./icons.js";
import { SlashSearch } from "./slash-search.js";
import { STATE_ORDER } from "./tones.js";
import { listing } from "./layouts.js";
import { shared } from "./styles.js";
import "./agent-table.js";

const SORT_WORDS = { health: "Health", id: "Name", kind: "Kind", state: "State", node: "Node", tick: "Slowest tick", beat: "Oldest heartbeat", failures: "Failures" };

class AgentsView extends LitElement {
  static properties = { rows: {}, filter: {}, complete: {} };

  static styles = [
    shared,
    listing,
    css`
      :host {
        min-height: 0;
        container: list / inline-size;
      }
      section {
        display: flex;
        flex-direction: column;
        height: 100%;
        min-height: 0;
      }
      mainstay-agent-table {
        flex: 1;
        min-height: 0;
      }
      .sort {
        display: none;
      }
      @container list (max-width: 660px) {
        .sort {
          display: block;
        }
      }
    `,
  ];

  constructor() {
    super();
    new SlashSearch(this);
  }

  focusAgent(id) {
    this.renderRoot.querySelector("mainstay-agent-table")?.focusRow(id);
  }

  render() {
    const rows = this.rows ?? [];
    const shown = arrange(rows, this.filter);
    return html`<section class="card" aria-label="Agents">
      ${rows.length === 0 ? nothing : this.#tools(rows, shown.length)}
      ${shown.length > 0
        ? html`<mainstay-agent-table .rows=${shown} .sort=${this.filter.sort} .chosen=${this.filter.agent}></mainstay-agent-table>`
        : this.#empty(rows)}
    </section>`;
  }

  #tools(rows, shown) {
    const { filter } = this;
    return html`<div class="tools" role="search" aria-label="Filter agents">
      <div class="search">${search}<input type="search" placeholder="Search agents" aria-label="Search agents" aria-keyshortcuts="/"
        .value=${filter.q} @input=${(event) => this.#set({ q: event.target.value })}><kbd aria-hidden="true">/</kbd></div>
      ${this.#select("state", "Any state", STATE_ORDER.filter((state) => state === filter.state || rows.some((row) => row.agent.state === state)))}
      ${this.#select("kind", "Any kind", distinct(rows, "kind", filter.kind))}
      ${this.#select("node", "Any node", distinct(rows, "node", filter.node))}
      ${filter.group || rows.some((row) => row.agent.group) ? this.#select("group", "Any group", distinct(rows, "group", filter.group)) : nothing}
      <select class="sort" aria-label="Sort by" @change=${(event) => this.#set({ sort: event.target.value })}>
        ${COLUMNS.map((column) => html`<option value=${column} .selected=${filter.sort === column}>${SORT_WORDS[column]}</option>`)}
      </select>
      ${isFiltered(filter) ? html`<button class="bare" @click=${() => this.#set(UNFILTERED)}>Clear</button>` : nothing}
      <span class="count muted" role="status">${shown === rows.length ? plural(shown, "agent") : `${count(shown)} of ${plural(rows.length, "agent")}`}</span>
    </div>`;
  }

  #select(field, all, values) {
    return html`<select aria-label=${all.replace("Any", "Filter by")} @change=${(event) => this.#set({ [field]: event.target.value })}>
      <option value="" .selected=${this.filter[field] === ""}>${all}</option>
      ${values.map((value) => html`<option value=${value} .selected=${this.filter[field] === value}>${value}</option>`)}
    </select>`;
  }

  #empty(rows) {
    if (!this.complete) return html`<div class="empty muted" role="status">Reading the fleet…</div>`;
    if (rows.length > 0) return html`<div class="empty"><h2>No agent matches</h2>
      <p class="muted">${plural(rows.length, "agent")} in all. <button class="link" @click=${() => this.#set(UNFILTERED)}>Clear the filters</button></p></div>`;
    return html`<div class="empty">
      <h2>No agents yet</h2>
      <p>Declare one in <code>mainstay.yml</code> and start again; it appears here within seconds:</p>
      <pre tabindex="0" class="declaration">agents:
  homepage:
    kind: http-check
    every: 30s
    url: https://example.org/</pre>
      <p>Or look around with a fleet that keeps itself busy:</p>
      <pre tabindex="0">./mainstay up --demo</pre>
    </div>`;
  }

  #set(change) {
    this.dispatchEvent(new CustomEvent("filter", { detail: change, bubbles: true, composed: true }));
  }
}

function distinct(rows, field, chosen) {
  const values = new Set(rows.map((row) => row.agent[field]).filter(Boolean));
  if (chosen) values.add(chosen);
  return [...values].sort();
}

customElements.define("mainstay-agents-view", AgentsView);

// The table of agents. Only rows that can be seen exist, so a thousand agents cost as much as thirty; only rows whose
// agent changed are drawn again. One row is in the tab order; the arrow keys move it, Enter opens it.

import { LitElement, html, css, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { GRID } from "./agent-row.js";
import { shared } from "./styles.js";
import { seen, visible } from "./window.js";

const HEADS = [
  { column: "health", word: "Health" },
  { column: "id", word: "Agent" },
  { column: "kind", word: "Kind" },
  { column: "state", word: "State" },
  { column: "node", word: "Node" },
  { column: "strip", word: "Heartbeats", fixed: true },
  { column: "tick", word: "Tick time" },
  { column: "beat", word: "Last beat" },
  { column: "failures", word: "Failures" },
  { column: "error", word: "Last error", fixed: true },
];
const NARROW = 660;

class AgentTable extends LitElement {
  static properties = { rows: {}, sort: {}, chosen: {}, current: { state: true }, window: { state: true }, height: { state: true } };

  static styles = [
    shared,
    GRID,
    css`
      :host {
        display: block;
        container: table / inline-size;
      }
      .scroller {
        position: relative;
        height: 100%;
        overflow-y: auto;
        scrollbar-gutter: stable;
      }
      .head {
        position: sticky;
        top: 0;
        z-index: 2;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }
      .head > div {
        min-width: 0;
        color: var(--muted);
        font-size: 12px;
        line-height: 30px;
        white-space: nowrap;
      }
      .head button {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        min-height: 24px;
        padding: 0 4px;
        margin: 0 -4px;
        border: 0;
        background: none;
        color: var(--muted);
        font-size: 12px;
      }
      .head [aria-sort] button {
        color: var(--text);
        font-weight: 600;
      }
      .body {
        position: relative;
      }
      mainstay-agent-row {
        position: absolute;
        left: 0;
        right: 0;
      }
      @container table (max-width: 660px) {
        .head {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      /* Where the page itself scrolls, a long table must not push what follows out of reach. */
      @media not ((min-width: 1200px) and (min-height: 620px)) {
        .scroller {
          height: auto;
          max-height: 82vh;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.rows = [];
    this.height = 36;
    this.window = [0, 40];
    this.current = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.look = () => this.#look();
    document.addEventListener("scroll", this.look, { capture: true, passive: true });
    addEventListener("resize", this.look);
    this.resizes = new ResizeObserver(([entry]) => {
      this.height = entry.contentRect.width <= NARROW ? 68 : 36;
      this.#look();
    });
    this.resizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("scroll", this.look, { capture: true });
    removeEventListener("resize", this.look);
    this.resizes.disconnect();
  }

  async focusAgent(id) {
    const index = this.rows.findIndex((row) => row.agent.id === id);
    if (index < 0) return;
    this.current = id;
    this.#reveal(index);
    await this.updateComplete;
    this.renderRoot.querySelector(`mainstay-agent-row[tabindex="0"]`)?.focus();
  }

  render() {
    const { rows, height } = this;
    const [first, last] = this.window;
    const current = rows.some((row) => row.agent.id === this.current) ? this.current : rows[0]?.agent.id;
    const drawn = rows.slice(first, last).map((row, index) => ({ row, index: first + index }));
    return html`<div class="scroller" role="grid" aria-label="Agents" aria-rowcount=${rows.length + 1} aria-readonly="true">
      <div class="head grid" role="row" aria-rowindex="1">${HEADS.map((head) => this.#head(head))}</div>
      <div class="body" role="rowgroup" .style=${`height:${rows.length * height}px`} @keydown=${this.#move} @click=${this.#click}>
        ${repeat(drawn, ({ row }) => row.agent.id, ({ row, index }) => html`<mainstay-agent-row role="row" aria-rowindex=${index + 2}
          .style=${`top:${index * height}px;height:${height}px`} .row=${row} tabindex=${row.agent.id === current ? "0" : "-1"}
          aria-selected=${row.agent.id === this.chosen ? "true" : "false"}></mainstay-agent-row>`)}
      </div>
    </div>`;
  }

  updated(changed) {
    if (changed.has("rows")) this.#look();
  }

  #head({ column, word, fixed }) {
    const sorted = this.sort?.replace(/^-/, "") === column;
    const reversed = this.sort?.startsWith("-");
    return html`<div role="columnheader" class=${column} aria-sort=${sorted ? (reversed ? "descending" : "ascending") : nothing}>
      ${fixed ? word : html`<button @click=${() => this.#sortBy(sorted && !reversed ? `-${column}` : column)}>${word}${sorted
        ? html`<span aria-hidden="true">${reversed ? "↑" : "↓"}</span>` : nothing}</button>`}</div>`;
  }

  #sortBy(sort) {
    this.dispatchEvent(new CustomEvent("filter", { detail: { sort }, bubbles: true, composed: true }));
  }

  #look() {
    const body = this.renderRoot?.querySelector(".body");
    if (!body) return;
    const [first, last] = visible(...seen(body, this.renderRoot.querySelector(".scroller")), this.height, this.rows.length);
    if (first !== this.window[0] || last !== this.window[1]) this.window = [first, last];
  }

  #click(event) {
    const row = event.target.closest("mainstay-agent-row");
    if (row && getSelection().isCollapsed) this.#open(row.row.agent.id);
  }

  #move(event) {
    const index = this.rows.findIndex((row) => row.agent.id === event.target.row?.agent.id);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 12, PageUp: -12, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey || index < 0) return;
    if (event.key === "Enter" || event.key === " ") this.#open(this.rows[index].agent.id);
    else if (event.key in steps) this.focusAgent(this.rows[Math.max(0, Math.min(this.rows.length - 1, index + steps[event.key]))].agent.id);
    else return;
    event.preventDefault();
  }

  /** Scrolls the row into sight before it exists, so that it will. */
  #reveal(index) {
    const scroller = this.renderRoot.querySelector(".scroller");
    const top = index * this.height;
    if (scroller.scrollHeight > scroller.clientHeight + 1) {
      const room = scroller.clientHeight - 40 - this.height;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
    } else {
      const [from, to] = seen(this.renderRoot.querySelector(".body"), scroller);
      if (top < from || top + this.height > to) scrollBy(0, top < from ? top - from : top + this.height - to);
    }
    this.#look();
  }

  #open(agent) {
    this.current = agent;
    this.dispatchEvent(new CustomEvent("open-agent", { detail: agent, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-agent-table", AgentTable);

// A table of any length. Only rows that can be seen exist, so a thousand cost as much as thirty. One row is in the tab
// order; the arrow keys move it, Enter opens it.

import { LitElement, html, css, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "./styles.js";
import { seen, visible } from "./window.js";

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 12, PageUp: -12, Home: -Infinity, End: Infinity };

/**
 * What a table is made from. It says `label`, `heads` [{column, word, fixed}], `heights` [wide, narrow], `narrow` (px),
 * `keyOf(row)`, `drawRow(row, attributes)` (an element of class "row" with `attributes`) and `open(row)`. A head that is
 * not fixed sends `filter` with the new `sort`. `more` says that there are rows behind the last.
 */
export class WindowedGrid extends LitElement {
  static properties = { rows: {}, sort: {}, chosen: {}, more: {}, current: { state: true }, window: { state: true }, height: { state: true } };

  static styles = [
    shared,
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
      .row {
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

  heights = [36, 68];
  narrow = 660;

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
    document.addEventListener("scroll", this.look, { passive: true });
    addEventListener("resize", this.look);
    this.resizes = new ResizeObserver(([entry]) => {
      this.height = this.heights[entry.contentRect.width <= this.narrow ? 1 : 0];
      this.#look();
    });
    this.resizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("scroll", this.look);
    removeEventListener("resize", this.look);
    this.resizes.disconnect();
  }

  /** Brings the row of this key into sight and gives it the focus. */
  async focusRow(key) {
    const index = this.rows.findIndex((row) => this.keyOf(row) === key);
    if (index < 0) return;
    this.current = key;
    this.#reveal(index);
    await this.updateComplete;
    this.renderRoot.querySelector(`.row[tabindex="0"]`)?.focus();
  }

  render() {
    const { rows, height } = this;
    const [first, last] = this.window;
    const current = rows.some((row) => this.keyOf(row) === this.current) ? this.current : rows.length > 0 ? this.keyOf(rows[0]) : "";
    const drawn = rows.slice(first, last).map((row, index) => ({ row, key: this.keyOf(row), index: first + index }));
    return html`<div class="scroller" role="grid" aria-label=${this.label} aria-rowcount=${this.more ? -1 : rows.length + 1} aria-readonly="true" @scroll=${this.look}>
      <div class="head grid" role="row" aria-rowindex="1">${this.heads.map((head) => this.#head(head))}</div>
      <div class="body" role="rowgroup" .style=${`height:${rows.length * height}px`} @keydown=${this.#move} @click=${this.#click}>
        ${repeat(drawn, ({ key }) => key, ({ row, key, index }) => this.drawRow(row, {
          index: index + 2, key, place: `top:${index * height}px;height:${height}px`, tab: key === current ? "0" : "-1", selected: key === this.chosen ? "true" : "false",
        }))}
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
      ${fixed ? word : html`<button @click=${() => this.tell("filter", { sort: sorted && !reversed ? `-${column}` : column })}>${word}${sorted
        ? html`<span aria-hidden="true">${reversed ? "↑" : "↓"}</span>` : nothing}</button>`}</div>`;
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #look() {
    const body = this.renderRoot?.querySelector(".body");
    if (!body) return;
    const [first, last] = visible(...seen(body, this.renderRoot.querySelector(".scroller")), this.height, this.rows.length);
    if (first === this.window[0] && last === this.window[1]) return;
    this.window = [first, last];
    this.tell("rows-seen", { first, last });
  }

  #rowOf(event) {
    const key = event.target.closest(".row")?.dataset.key;
    return this.rows.findIndex((row) => String(this.keyOf(row)) === key);
  }

  #click(event) {
    const index = this.#rowOf(event);
    const onControl = event.composedPath().some((node) => node.localName === "a" || node.localName === "button");
    if (index >= 0 && !onControl && getSelection().isCollapsed) this.#open(index);
  }

  #move(event) {
    const index = this.#rowOf(event);
    if (event.ctrlKey || event.metaKey || event.altKey || index < 0 || event.target.closest("a, button")) return;
    if (event.key === "Enter" || event.key === " ") this.#open(index);
    else if (event.key in STEPS) this.focusRow(this.keyOf(this.rows[Math.max(0, Math.min(this.rows.length - 1, index + STEPS[event.key]))]));
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

  #open(index) {
    this.current = this.keyOf(this.rows[index]);
    this.open(this.rows[index]);
  }
}

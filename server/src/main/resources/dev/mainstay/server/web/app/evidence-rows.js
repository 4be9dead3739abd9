// The stored rows behind a figure, read from the API when somebody asks for them: the way down from a claim to its proof.
// They stay as they were read, while the figure goes on, until it is one `of` something else.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { clockTime, moment, plural } from "./format.js";
import { table } from "./layouts.js";
import { shared } from "./styles.js";

const LIMIT = 100;
const COLUMNS = 9;
const TIME = /^\d{4}-\d\d-\d\dT/;

class EvidenceRows extends LitElement {
  static properties = { path: {}, name: {}, of: {}, rows: { state: true }, more: { state: true }, refusal: { state: true } };

  static styles = [
    shared,
    table,
    css`
      /* As wide as what it stands in, even in the cell of a table, which would else grow with the rows. */
      :host {
        width: 0;
        min-width: 100%;
      }
      .scroll {
        max-height: 260px;
        overflow: auto;
        margin-top: 6px;
      }
      th {
        position: sticky;
        top: 0;
        background: var(--surface);
      }
      td {
        padding: 2px 10px 2px 0;
        white-space: nowrap;
        max-width: 320px;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .path {
        margin-top: 4px;
        overflow-wrap: anywhere;
        font-size: 12px;
      }
    `,
  ];

  constructor() {
    super();
    this.name = "rows";
  }

  willUpdate(changed) {
    if (changed.has("of")) this.#hide();
  }

  render() {
    if (!this.path) return nothing;
    return html`<button class="link" aria-expanded=${this.rows ? "true" : "false"} @click=${() => (this.rows ? this.#hide() : this.#read())}>${this.rows ? `Hide the ${this.name}` : `Show the ${this.name}`}</button>
      ${this.refusal ? html`<p class="bad" role="alert">${this.refusal}</p>` : nothing}
      ${this.rows ? this.#table(this.rows) : nothing}`;
  }

  #table(rows) {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, COLUMNS);
    return html`${rows.length === 0 ? html`<p class="muted">No rows are stored any more, or none were.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="Stored rows"><table>
          <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
          <tbody>${rows.map((row) => html`<tr>${columns.map((column) => this.#cell(row[column]))}</tr>`)}</tbody>
        </table></div>`}
      <p class="path muted">${plural(rows.length, "row")}${this.more ? " and more" : ""} of <code>./mainstay api GET '${this.shown}'</code></p>`;
  }

  #cell(value) {
    if (typeof value === "string" && TIME.test(value)) return html`<td title=${moment(value)}>${clockTime(value)}</td>`;
    if (value === null || value === undefined) return html`<td class="muted">–</td>`;
    if (typeof value === "number") return html`<td class="number">${Math.round(value * 1_000) / 1_000}</td>`;
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return html`<td title=${text}>${text}</td>`;
  }

  async #read() {
    const { path, of } = this;
    const [base, search = ""] = path.split("?");
    try {
      const page = await api.get(base, { ...Object.fromEntries(new URLSearchParams(search)), limit: LIMIT });
      if (of !== this.of) return;
      this.refusal = "";
      this.shown = path;
      this.rows = (page.items ?? [page]).flatMap((item) => item.points ?? [item]).slice(0, LIMIT);
      this.more = Boolean(page.next);
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.refusal = refusal.message;
    }
  }

  #hide() {
    this.rows = null;
    this.refusal = "";
  }
}

customElements.define("mainstay-evidence-rows", EvidenceRows);

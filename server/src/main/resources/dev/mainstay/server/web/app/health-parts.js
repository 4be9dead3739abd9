// A score taken apart: what each part counts, what it costs, and the stored figures it was computed from.

import { LitElement, html, css, nothing } from "lit";
import { since } from "./clock.js";
import { ago, count, moment } from "./format.js";
import { mark } from "./icons.js";
import { scoreTone } from "./tones.js";
import { shared } from "./styles.js";
import "./evidence-rows.js";

/** Points of 100 each part takes away. The weight of a part without a score goes to the others. */
function lost(parts) {
  const weighed = parts.filter((part) => part.score != null).reduce((sum, part) => sum + part.weight, 0);
  return (part) => (part.score == null || weighed === 0 ? NaN : part.lost ?? (part.weight / weighed) * (100 - part.score));
}

function spell(value) {
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : String(Math.round(value * 1_000) / 1_000);
  return value === null ? "none" : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** "missedHeartbeats" → "missed heartbeats". */
const words = (name) => name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_.]/g, " ").toLowerCase();

/** Where rows are listed. */
const isPath = (value) => typeof value === "string" && value.startsWith("/api/");

/** Figures of a part that are shown at once; the others are a click away, and so are its rows. */
const SHOWN = 3;
/** The same for every part: told once, below. */
const WINDOW = ["from", "to"];

/** Why an agent in this state has no score. */
const WITHOUT = {
  paused: "Not judged while it is paused.",
  maintenance: "Not judged during maintenance; a score comes when it works again.",
  shutdown: "Not judged while it is shut down.",
  inactive: "Not judged while nothing runs it.",
};

class HealthParts extends LitElement {
  static properties = { health: {}, state: {}, score: {} };

  static styles = [
    shared,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th {
        font-weight: 500;
        text-align: left;
        color: var(--muted);
        padding: 2px 8px 2px 0;
      }
      td {
        padding: 4px 8px 4px 0;
        vertical-align: top;
        border-top: 1px solid var(--line);
      }
      tbody th {
        color: var(--text);
        font-weight: 600;
        padding: 4px 8px 4px 0;
        vertical-align: top;
        border-top: 1px solid var(--line);
      }
      .rows td {
        border-top: 0;
        padding-top: 0;
      }
      .number {
        text-align: right;
        white-space: nowrap;
      }
      .evidence {
        width: 55%;
        overflow-wrap: anywhere;
      }
      .evidence span {
        display: inline-block;
        margin-right: 10px;
      }
      .evidence b {
        color: var(--text);
        font-weight: 500;
      }
      .evidence summary {
        cursor: pointer;
        min-height: 24px;
        line-height: 24px;
      }
      p {
        margin-top: 6px;
      }
    `,
  ];

  render() {
    const { parts = [], at } = this.health ?? {};
    if (parts.length === 0) return html`<p class="muted">${this.#without()}</p>`;
    const cost = lost(parts);
    return html`<table>
      <thead><tr><th scope="col">Part</th><th scope="col" class="number">Weight</th><th scope="col" class="number">Score</th><th scope="col" class="number">Lost</th><th scope="col">From</th></tr></thead>
      <tbody>${parts.map((part) => this.#part(part, cost(part)))}</tbody>
    </table>
    ${at ? html`<p class="muted" title=${moment(at)}>Computed ${ago(since(at))} from ${this.#window(parts)}.</p>` : nothing}`;
  }

  #window(parts) {
    const { from, to } = parts[0].evidence ?? {};
    return from && to ? `rows stored between ${moment(from)} and ${moment(to)}` : "stored rows";
  }

  #without() {
    if (Number.isFinite(this.score)) return "Reading…";
    return WITHOUT[this.state] ?? "Not yet known: a score needs five heartbeats, and one is computed each few seconds.";
  }

  #evidence(evidence) {
    const all = Object.entries(evidence ?? {}).filter(([name]) => !WINDOW.includes(name));
    const figures = all.filter(([, value]) => !isPath(value))
      .map(([name, value]) => html`<span>${words(name)} <b>${spell(value)}</b></span>`);
    const rest = figures.slice(SHOWN);
    return html`${figures.slice(0, SHOWN)}${rest.length > 0 ? html`<details><summary>${rest.length} more</summary>${rest}</details>` : nothing}`;
  }

  #rows(evidence) {
    const paths = Object.entries(evidence ?? {}).filter(([, value]) => isPath(value));
    return paths.length === 0 ? nothing : html`<tr class="rows"><td colspan="5">${paths.map(([name, path]) => html`<mainstay-evidence-rows .of=${`${this.health.agent} ${name}`} .path=${path} .name=${words(name)}></mainstay-evidence-rows>`)}</td></tr>`;
  }

  #part(part, cost) {
    const tone = scoreTone(part.score ?? NaN);
    return html`<tr>
      <th scope="row">${part.name}</th>
      <td class="number muted">${Math.round(part.weight * 100)} %</td>
      <td class="number ${tone}">${part.score == null ? "–" : html`${mark(tone)} ${Math.round(part.score)}`}</td>
      <td class="number">${Number.isFinite(cost) ? (cost < 0.05 ? "0" : `−${cost.toFixed(1)}`) : "–"}</td>
      <td class="evidence muted">${this.#evidence(part.evidence)}</td>
    </tr>${this.#rows(part.evidence)}`;
  }
}

customElements.define("mainstay-health-parts", HealthParts);

// A score taken apart: what each part counts, what it costs, and the stored figures it was computed from.

import { LitElement, html, css, nothing } from "lit";
import { since } from "./clock.js";
import { ago, count, moment } from "./format.js";
import { mark } from "./icons.js";
import { scoreTone } from "./tones.js";
import { shared } from "./styles.js";

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

class HealthParts extends LitElement {
  static properties = { health: {} };

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
      p {
        margin-top: 6px;
      }
    `,
  ];

  render() {
    const { parts = [], at } = this.health ?? {};
    if (parts.length === 0) return html`<p class="muted">Not evaluated yet.</p>`;
    const cost = lost(parts);
    return html`<table>
      <thead><tr><th scope="col">Part</th><th scope="col" class="number">Weight</th><th scope="col" class="number">Score</th><th scope="col" class="number">Lost</th><th scope="col">From</th></tr></thead>
      <tbody>${parts.map((part) => this.#part(part, cost(part)))}</tbody>
    </table>
    ${at ? html`<p class="muted" title=${moment(at)}>Computed from stored rows ${ago(since(at))}.</p>` : nothing}`;
  }

  #part(part, cost) {
    const tone = scoreTone(part.score ?? NaN);
    return html`<tr>
      <th scope="row">${part.name}</th>
      <td class="number muted">${Math.round(part.weight * 100)} %</td>
      <td class="number ${tone}">${part.score == null ? "–" : html`${mark(tone)} ${Math.round(part.score)}`}</td>
      <td class="number">${Number.isFinite(cost) ? (cost < 0.05 ? "0" : `−${cost.toFixed(1)}`) : "–"}</td>
      <td class="evidence muted">${Object.entries(part.evidence ?? {}).map(([name, value]) => html`<span>${words(name)} <b>${spell(value)}</b></span>`)}</td>
    </tr>`;
  }
}

customElements.define("mainstay-health-parts", HealthParts);

// How well healing does, cause by cause, from the episodes that have ended.

import { LitElement, html, css, nothing } from "lit";
import { count, duration } from "./format.js";
import { table } from "./layouts.js";
import { shared } from "./styles.js";

class RecoverySuccess extends LitElement {
  static properties = { rows: {}, cause: {} };

  static styles = [
    shared,
    table,
    css`
      section {
        padding: 10px 14px;
        overflow-x: auto;
      }
      h2 {
        margin-bottom: 4px;
      }
      td,
      tbody th {
        vertical-align: middle;
      }
      .share {
        display: inline-block;
        width: 64px;
        height: 6px;
        margin-left: 8px;
        border-radius: 3px;
        background: var(--bad-fill);
        vertical-align: middle;
        overflow: hidden;
      }
      .share i {
        display: block;
        height: 100%;
        background: var(--good-fill);
      }
      button[aria-pressed="true"] {
        font-weight: 600;
        color: var(--text);
      }
    `,
  ];

  render() {
    const rows = this.rows ?? [];
    return html`<section class="card" aria-labelledby="title"><h2 id="title">Success by cause</h2>
      ${!this.rows ? html`<p class="muted">Reading…</p>`
        : rows.length === 0 ? html`<p class="muted">No episode has ended yet, so there is nothing to count.</p>` : this.#table(rows)}</section>`;
  }

  #table(rows) {
    const judgesRestarts = rows.some((row) => row.falseRestarts !== undefined);
    return html`<table>
      <thead><tr><th scope="col">Cause</th><th scope="col" class="number">Ended</th><th scope="col">Healed</th><th scope="col" class="number">People</th><th scope="col" class="number">By itself</th>
        <th scope="col" class="number">Detected in</th><th scope="col" class="number">Healed in</th>${judgesRestarts ? html`<th scope="col" class="number">False restarts</th>` : nothing}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>
        <th scope="row"><button class="link" aria-pressed=${this.cause === row.cause ? "true" : "false"} @click=${() => this.#choose(row.cause)}>${row.cause}</button></th>
        <td class="number">${count(row.episodes)}</td>
        <td>${this.#share(row)}</td>
        <td class="number">${count(row.escalated)}</td>
        <td class="number">${count(row.endedByItself)}</td>
        <td class="number">${seconds(row.medianSecondsToDetect)}</td>
        <td class="number">${seconds(row.medianSecondsToRecover)}</td>
        ${judgesRestarts ? html`<td class="number ${row.falseRestarts > 0 ? "bad" : ""}">${count(row.falseRestarts)}</td>` : nothing}</tr>`)}</tbody>
    </table>
    <p class="muted">Times are medians, from when it began. A dry run is no episode, and what ended by itself was not healed.</p>`;
  }

  #share({ successRate }) {
    const percent = successRate === null ? NaN : 100 * successRate;
    return html`${Number.isFinite(percent) ? `${Math.floor(percent * 10) / 10} %` : "–"}<span class="share" aria-hidden="true"><i .style=${`width:${percent || 0}%`}></i></span>`;
  }

  #choose(cause) {
    this.dispatchEvent(new CustomEvent("filter", { detail: { cause: this.cause === cause ? "" : cause }, bubbles: true, composed: true }));
  }
}

const seconds = (value) => (value === null ? html`<span class="muted">–</span>` : duration(value * 1_000));

customElements.define("mainstay-recovery-success", RecoverySuccess);

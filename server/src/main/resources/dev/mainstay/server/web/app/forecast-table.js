// Series and what is expected of each, those that reach the limit soonest first.

import { html, css, nothing } from "lit";
import { now } from "./clock.js";
import { moment, quantity } from "./format.js";
import { expected, labelsOf, limitWords } from "./forecast-words.js";
import { mark } from "./icons.js";
import { WindowedGrid } from "./windowed-grid.js";

class ForecastTable extends WindowedGrid {
  static styles = [
    WindowedGrid.styles,
    css`
      .grid {
        display: grid;
        align-items: center;
        gap: 0 12px;
        padding: 0 12px;
        grid-template-columns: minmax(130px, 1.2fr) minmax(110px, 1fr) 90px minmax(150px, 1.3fr) minmax(90px, 0.7fr);
      }
      .row {
        cursor: pointer;
        border-bottom: 1px solid var(--line);
      }
      .row:hover {
        background: var(--hover);
      }
      .row[aria-selected="true"] {
        background: var(--chosen);
      }
      .row:focus-visible {
        outline-offset: -2px;
      }
      .row > * {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .name {
        font-weight: 600;
      }
      .value {
        text-align: right;
      }
      @container table (max-width: 620px) {
        .row.grid {
          grid-template-columns: minmax(0, 1fr) auto;
          grid-template-areas: "name value" "expected limit";
          align-content: center;
          gap: 4px 10px;
          padding: 0 10px;
        }
        .name {
          grid-area: name;
        }
        .value {
          grid-area: value;
        }
        .expected {
          grid-area: expected;
        }
        .limit {
          grid-area: limit;
        }
        .row .agent {
          display: none;
        }
      }
    `,
  ];

  label = "Forecasts";
  narrow = 620;
  heads = [
    { column: "name", word: "Metric", fixed: true },
    { column: "agent", word: "Agent", fixed: true },
    { column: "value", word: "Newest", fixed: true },
    { column: "expected", word: "Expected at the end", fixed: true },
    { column: "limit", word: "Reaches the limit", fixed: true },
  ];

  keyOf(series) {
    return String(series.id);
  }

  open(series) {
    this.tell("open-series", String(series.id));
  }

  drawRow(series, { index, key, place, tab, selected }) {
    const limit = limitWords(series, now());
    const tone = series.reachesAt ? "bad" : "muted";
    return html`<div class="row grid" role="row" aria-rowindex=${index} data-key=${key} .style=${place} tabindex=${tab} aria-selected=${selected}>
      <div role="gridcell" class="name" title=${labelsOf(series)}>${series.name} <span class="muted">${labelsOf(series)}</span></div>
      <div role="gridcell" class="agent muted">${series.agent ?? "of no agent"}</div>
      <div role="gridcell" class="value" title=${series.at ? moment(series.at) : ""}>${series.value === null ? html`<span class="muted">–</span>` : quantity(series.value, series.unit)}</div>
      <div role="gridcell" class="expected">${expected(series) || html`<span class="muted">not enough yet</span>`}</div>
      <div role="gridcell" class="limit ${tone}">${series.reachesAt ? html`${mark("bad")} ` : nothing}${limit}</div>
    </div>`;
  }
}

customElements.define("mainstay-forecast-table", ForecastTable);

// The rows of the waterfall: one span each, with a bar where it lies in time.

import { html, css, nothing } from "lit";
import { now } from "./clock.js";
import { duration, moment } from "./format.js";
import { mark } from "./icons.js";
import { isWait, keyOfSpan, outcomeTone, outcomeWord, took, wordOfSpan } from "./spans.js";
import { WindowedGrid } from "./windowed-grid.js";

class SpanTable extends WindowedGrid {
  static properties = { axis: {}, ends: {} };

  static styles = [
    WindowedGrid.styles,
    css`
      .scroller {
        height: auto;
        max-height: min(46vh, 460px);
      }
      .grid {
        display: grid;
        align-items: center;
        gap: 0 12px;
        padding: 0 14px;
        grid-template-columns: minmax(130px, 1fr) 88px 62px minmax(160px, 2.6fr);
      }
      .row {
        cursor: pointer;
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
        padding-left: 14px;
      }
      .attempt .name {
        padding-left: 0;
        font-weight: 600;
      }
      .outcome {
        font-size: 12px;
      }
      .took {
        text-align: right;
      }
      .lane {
        position: relative;
        height: 100%;
        border-left: 1px solid var(--line);
      }
      .lane i {
        position: absolute;
        top: 7px;
        bottom: 7px;
        min-width: 2px;
        border-radius: 2px;
        background: var(--fill);
      }
      .attempt .lane i {
        top: 10px;
        bottom: 10px;
      }
      .wait .lane i {
        background: repeating-linear-gradient(135deg, var(--idle-fill) 0 2px, transparent 2px 5px);
      }
      .step .lane i.good {
        background: var(--spark);
      }
      .ends {
        display: flex;
        justify-content: space-between;
        gap: 8px;
      }
      @container table (max-width: 660px) {
        .row.grid {
          grid-template-columns: minmax(0, 1fr) 56px minmax(90px, 1.2fr);
        }
        .row > .outcome {
          display: none;
        }
      }
    `,
  ];

  label = "Timeline";
  heights = [26, 26];

  get heads() {
    return [
      { column: "name", word: "Span", fixed: true },
      { column: "outcome", word: "Outcome", fixed: true },
      { column: "took", word: "Took", fixed: true },
      { column: "ends", word: html`<span>${this.ends?.[0]}</span><span>${this.ends?.[1]}</span>`, fixed: true },
    ];
  }

  keyOf(span) {
    return keyOfSpan(span);
  }

  open(span) {
    this.tell("choose-span", keyOfSpan(span));
  }

  drawRow(span, { index, key, place, tab, selected }) {
    const tone = outcomeTone(span);
    const start = this.axis(Date.parse(span.startedAt));
    const end = this.axis(Date.parse(span.startedAt) + took(span, now()));
    const kind = isWait(span) ? "wait" : span.kind;
    return html`<div class="row grid ${kind}" role="row" aria-rowindex=${index} data-key=${key} .style=${place} tabindex=${tab} aria-selected=${selected}>
      <div role="gridcell" class="name" title=${wordOfSpan(span)}>${wordOfSpan(span)}</div>
      <div role="gridcell" class="outcome ${tone}">${mark(tone)} ${outcomeWord(span, now())}</div>
      <div role="gridcell" class="took">${duration(took(span, now()))}</div>
      <div role="gridcell" class="lane" title="${moment(span.startedAt)}${span.error ? `: ${span.error}` : ""}"><i class=${tone} .style=${`left:min(${(start * 100).toFixed(3)}%, 100% - 2px);width:${((end - start) * 100).toFixed(3)}%`}></i></div>
    </div>`;
  }
}

customElements.define("mainstay-span-table", SpanTable);

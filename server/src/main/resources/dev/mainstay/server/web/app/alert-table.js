// The alerts of one heap, those of a group below each other.

import { html, css, nothing } from "lit";
import { alertTone, firedFor, flags, subjectOf } from "./alerts.js";
import { href } from "./address.js";
import { everySecond, now } from "./clock.js";
import { age, moment, plural } from "./format.js";
import { down, mark } from "./icons.js";
import { severityTone } from "./tones.js";
import { WindowedGrid } from "./windowed-grid.js";

class AlertTable extends WindowedGrid {
  static properties = { query: {} };

  static styles = [
    WindowedGrid.styles,
    css`
      .grid {
        display: grid;
        align-items: center;
        gap: 0 12px;
        padding: 0 12px;
        grid-template-columns: 96px minmax(120px, 0.9fr) minmax(120px, 0.8fr) minmax(160px, 2fr) minmax(80px, 0.7fr) 64px;
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
      .severity {
        display: flex;
        align-items: center;
        gap: 6px;
        font-weight: 600;
      }
      .inside .severity {
        padding-left: 12px;
      }
      .subject a {
        color: var(--text);
        font-weight: 600;
        text-decoration: none;
      }
      .subject a:hover {
        text-decoration: underline;
      }
      .since {
        text-align: right;
      }
      .group {
        background: var(--ground);
        grid-template-columns: 96px minmax(0, 1fr) 64px;
      }
      .group .name {
        font-weight: 600;
      }
      .fold {
        text-align: right;
        line-height: 0;
      }
      .folded .icon {
        transform: rotate(-90deg);
      }
      @container table (max-width: 820px) {
        .grid:not(.group) {
          grid-template-columns: 96px minmax(110px, 0.9fr) minmax(150px, 2fr) 64px;
        }
        .rule,
        .flags {
          display: none;
        }
      }
      @container table (max-width: 560px) {
        .group {
          grid-template-columns: auto minmax(0, 1fr) 20px;
        }
        .row.grid:not(.group) {
          grid-template-columns: auto minmax(0, 1fr) auto;
          grid-template-areas: "severity subject since" "summary summary summary";
          align-content: center;
          gap: 4px 8px;
          padding: 0 10px;
        }
        .row:not(.group) > .severity {
          grid-area: severity;
        }
        .row:not(.group) > .subject {
          grid-area: subject;
        }
        .row:not(.group) > .since {
          grid-area: since;
        }
        .row:not(.group) > .summary {
          grid-area: summary;
        }
      }
    `,
  ];

  label = "Alerts, the gravest first";
  narrow = 560;
  heads = [
    { column: "severity", word: "Severity", fixed: true },
    { column: "subject", word: "Agent or node", fixed: true },
    { column: "rule", word: "Rule", fixed: true },
    { column: "summary", word: "What is wrong", fixed: true },
    { column: "flags", word: "", fixed: true },
    { column: "since", word: "For", fixed: true },
  ];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  keyOf(row) {
    return row.key;
  }

  open(row) {
    if (row.alert) this.tell("open-alert", row.key);
    else this.tell("fold", row.key);
  }

  drawRow(row, attributes) {
    return row.alert ? this.#alert(row, attributes) : this.#group(row, attributes);
  }

  #group({ name, members, isOpen }, { index, key, place, tab }) {
    const tone = severityTone(members[0].severity);
    return html`<div class="row grid group ${isOpen ? "" : "folded"}" role="row" aria-rowindex=${index} data-key=${key} .style=${place} tabindex=${tab}>
      <div role="gridcell" class="severity ${tone}">${mark(tone)}${members[0].severity}</div>
      <div role="gridcell" class="name">${name} <span class="muted">· ${plural(members.length, "alert")}</span></div>
      <div role="gridcell" class="fold muted">${down}<span class="hidden">${isOpen ? "shown" : "folded"}</span></div>
    </div>`;
  }

  #alert({ alert, inside }, { index, key, place, tab, selected }) {
    const tone = alertTone(alert);
    const said = flags(alert).join(", ");
    return html`<div class="row grid ${inside ? "inside" : ""}" role="row" aria-rowindex=${index} data-key=${key} .style=${place} tabindex=${tab} aria-selected=${selected}>
      <div role="gridcell" class="severity ${tone}">${mark(tone)}${alert.severity}</div>
      <div role="gridcell" class="subject"><a href=${href("alerts", alert.id, this.query)} tabindex="-1" title=${subjectOf(alert)}>${subjectOf(alert) || "the whole fleet"}</a></div>
      <div role="gridcell" class="rule muted" title=${alert.rule}>${alert.rule}</div>
      <div role="gridcell" class="summary" title=${alert.summary}>${alert.summary}</div>
      <div role="gridcell" class="flags muted" title=${said}>${said || nothing}</div>
      <div role="gridcell" class="since muted" title="Fired ${moment(alert.firedAt)}">${age(firedFor(alert, now()))}</div>
    </div>`;
  }
}

customElements.define("mainstay-alert-table", AlertTable);

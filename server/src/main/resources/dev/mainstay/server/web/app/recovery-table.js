// Episodes of healing, newest first.

import { html, css, nothing } from "lit";
import { href } from "./address.js";
import { everySecond, now, since } from "./clock.js";
import { age, duration, moment } from "./format.js";
import { mark } from "./icons.js";
import { patientOf, recoveryTone, recoveryWord, timings } from "./recoveries.js";
import { WindowedGrid } from "./windowed-grid.js";

class RecoveryTable extends WindowedGrid {
  static properties = { query: {} };

  static styles = [
    WindowedGrid.styles,
    css`
      .grid {
        display: grid;
        align-items: center;
        gap: 0 12px;
        padding: 0 12px;
        grid-template-columns: 136px minmax(110px, 1fr) 96px minmax(160px, 2.4fr) 64px 64px;
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
      .patient a {
        color: var(--text);
        font-weight: 600;
        text-decoration: none;
      }
      .patient a:hover {
        text-decoration: underline;
      }
      .took,
      .age {
        text-align: right;
      }
      @container table (max-width: 760px) {
        .grid {
          grid-template-columns: 136px minmax(110px, 1fr) minmax(130px, 1.6fr) 64px;
        }
        .cause,
        .took {
          display: none;
        }
      }
      @container table (max-width: 560px) {
        .row.grid {
          grid-template-columns: minmax(0, 1fr) auto auto;
          grid-template-areas: "patient state age" "outcome outcome outcome";
          align-content: center;
          gap: 4px 10px;
          padding: 0 10px;
        }
        .patient {
          grid-area: patient;
        }
        .state {
          grid-area: state;
        }
        .age {
          grid-area: age;
        }
        .outcome {
          grid-area: outcome;
        }
      }
    `,
  ];

  label = "Episodes of healing, newest first";
  narrow = 560;
  heads = [
    { column: "state", word: "State", fixed: true },
    { column: "patient", word: "Agent", fixed: true },
    { column: "cause", word: "Cause", fixed: true },
    { column: "outcome", word: "What was decided last", fixed: true },
    { column: "took", word: "Took", fixed: true },
    { column: "age", word: "Age", fixed: true },
  ];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  keyOf(episode) {
    return episode.id;
  }

  open(episode) {
    this.tell("open-recovery", episode.id);
  }

  drawRow(episode, { index, key, place, tab, selected }) {
    const tone = recoveryTone(episode);
    const took = timings({ ...episode, endedAt: episode.endedAt ?? new Date(now()).toISOString() }).whole;
    return html`<div class="row grid" role="row" aria-rowindex=${index} data-key=${key} .style=${place} tabindex=${tab} aria-selected=${selected}>
      <div role="gridcell" class="state ${tone}">${mark(tone)} ${recoveryWord(episode)}</div>
      <div role="gridcell" class="patient"><a href=${href("recoveries", episode.id, this.query)} tabindex="-1" title=${patientOf(episode)}>${patientOf(episode)}</a></div>
      <div role="gridcell" class="cause muted">${episode.cause}</div>
      <div role="gridcell" class="outcome" title="${episode.summary}; ${episode.outcome}">${episode.outcome || html`<span class="muted">${episode.summary}</span>`}</div>
      <div role="gridcell" class="took muted">${duration(took)}</div>
      <div role="gridcell" class="age muted" title="Detected ${moment(episode.detectedAt)}">${age(since(episode.detectedAt))}</div>
    </div>`;
  }
}

customElements.define("mainstay-recovery-table", RecoveryTable);

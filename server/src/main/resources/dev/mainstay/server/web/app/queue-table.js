// The queues, those that want a look first.

import { html, css, nothing } from "lit";
import { href } from "./address.js";
import { count } from "./format.js";
import { mark } from "./icons.js";
import { backlogWords, limitWords, queueStanding, workersOf } from "./queues.js";
import { WindowedGrid } from "./windowed-grid.js";

const NUMBERS = [
  ["ready", "Ready"], ["running", "Running"], ["delayed", "Delayed"], ["blocked", "Blocked"], ["waiting", "Waiting"], ["dead", "Dead"], ["endedPerMinute", "Ended/min"], ["failedPerMinute", "Failed/min"],
];

class QueueTable extends WindowedGrid {
  static styles = [
    WindowedGrid.styles,
    css`
      .grid {
        display: grid;
        align-items: center;
        gap: 0 16px;
        padding: 0 12px;
        grid-template-columns: minmax(130px, 1.4fr) minmax(130px, 0.9fr) repeat(6, 56px) 70px 70px minmax(90px, 0.8fr) minmax(90px, 1fr) minmax(90px, 1.2fr);
      }
      .row {
        cursor: pointer;
        border-bottom: 1px solid var(--line);
      }
      .row:hover {
        background: var(--hover);
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
      .name a {
        color: var(--text);
        font-weight: 600;
        text-decoration: none;
      }
      .name a:hover {
        text-decoration: underline;
      }
      .number {
        text-align: right;
      }
      .zero {
        color: var(--muted);
      }
      .number.bad {
        font-weight: 600;
      }
      @container table (max-width: 1250px) {
        .grid {
          grid-template-columns: minmax(120px, 1.2fr) 152px repeat(6, 58px) 70px minmax(80px, 0.8fr) minmax(90px, 1.2fr);
        }
        .grid > .failedPerMinute,
        .grid > .limits {
          display: none;
        }
      }
      @container table (max-width: 950px) {
        .grid {
          grid-template-columns: minmax(100px, 1.4fr) 152px repeat(3, 58px) 70px minmax(80px, 0.8fr);
        }
        .grid > .delayed,
        .grid > .blocked,
        .grid > .waiting,
        .grid > .workers {
          display: none;
        }
      }
      @container table (max-width: 660px) {
        .row.grid {
          grid-template-columns: minmax(0, 1fr) auto;
          grid-template-areas: "name standing" "few few";
          align-content: center;
          gap: 4px 8px;
          padding: 0 10px;
        }
        .row > .name {
          grid-area: name;
        }
        .row > .standing {
          grid-area: standing;
        }
        .row > .number,
        .row > .backlog {
          display: none;
        }
        .row > .limits,
        .row > .workers {
          display: none;
        }
      }
      .few {
        display: none;
      }
      @container table (max-width: 660px) {
        .few {
          display: block;
          grid-area: few;
          font-size: 12px;
        }
      }
    `,
  ];

  label = "Queues";
  heads = [
    { column: "name", word: "Queue", fixed: true },
    { column: "standing", word: "State", fixed: true },
    ...NUMBERS.map(([column, word]) => ({ column: `${column} number`, word, fixed: true })),
    { column: "backlog", word: "Backlog done in", fixed: true },
    { column: "limits", word: "Limits", fixed: true },
    { column: "workers", word: "Worked on by", fixed: true },
  ];

  keyOf(queue) {
    return queue.name;
  }

  open(queue) {
    this.tell("open-queue", queue.name);
  }

  drawRow(queue, { index, key, place, tab, selected }) {
    const { tone, word } = queueStanding(queue);
    const workers = workersOf(queue).join(", ");
    return html`<div class="row grid" role="row" aria-rowindex=${index} data-key=${key} .style=${place} tabindex=${tab} aria-selected=${selected}>
      <div role="gridcell" class="name"><a href=${href("queues", queue.name)} tabindex="-1">${queue.name}</a></div>
      <div role="gridcell" class="standing ${tone}" title=${queue.pauseReason ?? ""}>${mark(tone)} ${queue.noWorker > 0 ? html`<b>${count(queue.noWorker)}</b> ` : nothing}${word}</div>
      ${NUMBERS.map(([figure]) => this.#number(figure, queue))}
      <div role="gridcell" class="backlog">${backlogWords(queue) || html`<span class="muted">–</span>`}</div>
      <div role="gridcell" class="limits muted" title=${limitWords(queue)}>${limitWords(queue) || "none"}</div>
      <div role="gridcell" class="workers ${workers ? "muted" : queue.noWorker > 0 ? "bad" : "muted"}" title=${workers}>${workers || "nobody"}</div>
      <div role="gridcell" class="few muted">${this.#few(queue)}</div>
    </div>`;
  }

  #number(figure, queue) {
    const value = queue[figure];
    const tone = value === 0 ? "zero" : figure === "dead" ? "bad" : "";
    return html`<div role="gridcell" class="${figure} number ${tone}">${count(value)}</div>`;
  }

  /** What a narrow screen has room for. */
  #few(queue) {
    const parts = [["ready", queue.ready], ["no worker", queue.noWorker], ["running", queue.running], ["dead", queue.dead]];
    return parts.filter(([word, number]) => word !== "no worker" || number > 0).map(([word, number]) => `${count(number)} ${word}`).join(" · ");
  }
}

customElements.define("mainstay-queue-table", QueueTable);

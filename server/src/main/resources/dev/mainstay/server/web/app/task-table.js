// The table of tasks, newest first. A row is drawn from the task alone; ages go on each second.

import { html, css, nothing } from "lit";
import { href } from "./address.js";
import { everySecond, now, since } from "./clock.js";
import { age, count, duration, moment } from "./format.js";
import { mark } from "./icons.js";
import { runTime, shortId, standing, standingWord, taskTone } from "./tasks.js";
import { WindowedGrid } from "./windowed-grid.js";
import "./progress-bar.js";

class TaskTable extends WindowedGrid {
  static styles = [
    WindowedGrid.styles,
    css`
      .grid {
        display: grid;
        align-items: center;
        gap: 0 16px;
        padding: 0 12px;
        grid-template-columns: minmax(120px, 1fr) minmax(160px, 1.5fr) minmax(90px, 0.9fr) 62px 54px 64px 66px 150px minmax(80px, 0.8fr) minmax(100px, 1.5fr);
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
      .standing {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .standing .mark {
        flex: none;
      }
      .standing span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .type a {
        color: var(--text);
        font-weight: 600;
        text-decoration: none;
      }
      .type a:hover {
        text-decoration: underline;
      }
      .age,
      .took,
      .failures {
        text-align: right;
      }
      .failures.some {
        color: var(--bad-text);
        font-weight: 600;
      }
      .error {
        font-size: 12px;
      }
      .high,
      .critical {
        color: var(--warn-text);
      }
      @container table (max-width: 1200px) {
        .grid {
          grid-template-columns: minmax(120px, 1fr) minmax(160px, 1.5fr) minmax(90px, 0.9fr) 62px 54px 64px 66px 130px minmax(100px, 1.2fr);
        }
        .grid > .tags {
          display: none;
        }
      }
      @container table (max-width: 1000px) {
        .grid {
          grid-template-columns: minmax(120px, 1fr) minmax(150px, 1.5fr) 54px 64px 66px 120px;
        }
        .grid > .queue,
        .grid > .priority,
        .grid > .error {
          display: none;
        }
      }
      @container table (max-width: 660px) {
        .row.grid {
          grid-template-columns: minmax(0, 1fr) auto;
          grid-template-areas: "type standing" "progress age";
          align-content: center;
          gap: 4px 8px;
          padding: 0 10px;
        }
        .row > .type {
          grid-area: type;
        }
        .row > .standing {
          grid-area: standing;
        }
        .row > .progress {
          grid-area: progress;
        }
        .row > .age {
          grid-area: age;
        }
        .row > .took,
        .row > .failures,
        .row > .progress.none {
          display: none;
        }
        .row > .progress.none ~ .error {
          display: block;
          grid-area: progress;
        }
      }
    `,
  ];

  label = "Tasks, newest first";
  heads = [
    { column: "standing", word: "State", fixed: true },
    { column: "type", word: "Task", fixed: true },
    { column: "queue", word: "Queue", fixed: true },
    { column: "priority", word: "Priority", fixed: true },
    { column: "age", word: "Age", fixed: true },
    { column: "took", word: "Run time", fixed: true },
    { column: "failures", word: "Failures", fixed: true },
    { column: "progress", word: "Progress", fixed: true },
    { column: "tags", word: "Tags", fixed: true },
    { column: "error", word: "Last error", fixed: true },
  ];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  keyOf(task) {
    return task.id;
  }

  open(task) {
    this.tell("open-task", task.id);
  }

  drawRow(task, { index, key, place, tab, selected }) {
    return html`<div class="row grid" role="row" aria-rowindex=${index} data-key=${key} .style=${place} tabindex=${tab} aria-selected=${selected}>
      <div role="gridcell" class="standing ${taskTone(task)}" title=${waits(task)}>${mark(taskTone(task))}<span>${standingWord(standing(task))}${task.waitsFor
        ? html`<span class="muted"> ${waits(task)}</span>` : nothing}</span></div>
      <div role="gridcell" class="type"><a href=${href("tasks", task.id)} tabindex="-1">${task.type}</a> <code class="muted" title=${task.id}>${shortId(task.id)}</code></div>
      <div role="gridcell" class="queue muted" title=${task.queue}>${task.queue}</div>
      <div role="gridcell" class="priority ${task.priority === "normal" ? "muted" : task.priority}">${task.priority}</div>
      <div role="gridcell" class="age muted" title="Created ${moment(task.createdAt)}">${age(since(task.createdAt))}</div>
      <div role="gridcell" class="took">${duration(runTime(task, now()))}</div>
      <div role="gridcell" class="failures ${task.failures > 0 ? "some" : "muted"}" title="Failed ${count(task.failures)} times">${count(task.failures)}${task.maxAttempts
        ? html`<span class="muted">/${task.maxAttempts}</span>` : nothing}</div>
      <div role="gridcell" class="progress ${task.progress ? "" : "none"}">${task.progress ? html`<mainstay-progress-bar .progress=${task.progress} .moves=${task.place === "running"}></mainstay-progress-bar>` : nothing}</div>
      <div role="gridcell" class="tags muted" title=${task.tags.join(", ")}>${task.tags.join(", ")}</div>
      <div role="gridcell" class="error muted" title=${task.error ?? ""}>${task.error ?? ""}</div>
    </div>`;
  }
}

/** What holds a task back, and until when. */
export function waits(task) {
  if (!task.waitsFor) return "";
  const left = task.dueAt ? Date.parse(task.dueAt) - now() : NaN;
  return Number.isFinite(left) ? `${task.waitsFor} ${left > 0 ? `in ${age(left)}` : "now"}` : task.waitsFor;
}

customElements.define("mainstay-task-table", TaskTable);

// The schedules, a row each: when they fire next, and what the last fire came to.

import { LitElement, html, css, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { href } from "./address.js";
import { everySecond, now, since } from "./clock.js";
import { ago, moment } from "./format.js";
import { mark } from "./icons.js";
import { fireWord, inTime, stateTone } from "./schedule-words.js";
import { shared } from "./styles.js";

class ScheduleTable extends LitElement {
  static properties = { schedules: {}, chosen: {}, query: {} };

  static styles = [
    shared,
    css`
      :host {
        container: schedules / inline-size;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        table-layout: fixed;
      }
      th {
        padding: 6px 12px;
        text-align: left;
        font-size: 12px;
        font-weight: 500;
        color: var(--muted);
        border-bottom: 1px solid var(--line);
      }
      td {
        padding: 6px 12px;
        vertical-align: top;
        border-bottom: 1px solid var(--line);
        overflow: hidden;
        text-overflow: ellipsis;
      }
      tr:last-child td {
        border-bottom: 0;
      }
      tbody tr:hover {
        background: var(--hover);
      }
      tr[aria-current] {
        background: var(--chosen);
      }
      a {
        color: var(--text);
        font-weight: 600;
        text-decoration: none;
        overflow-wrap: anywhere;
      }
      a:hover {
        text-decoration: underline;
      }
      .about {
        font-size: 12px;
      }
      .state {
        width: 104px;
      }
      .next,
      .last {
        width: 132px;
      }
      @container schedules (max-width: 620px) {
        .when,
        .last {
          display: none;
        }
        .next {
          width: 84px;
        }
      }
    `,
  ];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  focusSchedule(name) {
    this.renderRoot.querySelector(`a[data-name="${CSS.escape(name)}"]`)?.focus();
  }

  render() {
    return html`<table aria-label="Schedules">
      <thead><tr><th scope="col">Name</th><th scope="col" class="state">State</th><th scope="col" class="when">When</th>
        <th scope="col" class="next">Next</th><th scope="col" class="last">Last fire</th></tr></thead>
      <tbody>${repeat(this.schedules, (each) => each.name, (each) => this.#row(each))}</tbody>
    </table>`;
  }

  #row(schedule) {
    const tone = stateTone(schedule.state);
    return html`<tr aria-current=${schedule.name === this.chosen ? "true" : nothing}>
      <td><a href=${href("schedules", schedule.name, this.query)} data-name=${schedule.name}>${schedule.name}</a>
        <div class="about muted">${schedule.task.type}${schedule.description ? html` · ${schedule.description}` : nothing}</div></td>
      <td class="state"><span class="chip ${tone}">${mark(tone)}${schedule.state}</span></td>
      <td class="when">${schedule.inWords}${schedule.cron ? html`<div class="about muted mono">${schedule.cron}</div>` : nothing}</td>
      <td class="next">${schedule.nextAt ? html`<span title=${moment(schedule.nextAt)}>${inTime(schedule.nextAt, now())}</span>` : html`<span class="muted">–</span>`}</td>
      <td class="last">${schedule.lastFire ? this.#fire(schedule.lastFire) : html`<span class="muted">never</span>`}</td>
    </tr>`;
  }

  #fire(fire) {
    const [word, tone] = fireWord(fire);
    return html`<span class="chip ${tone}">${mark(tone)}${word}</span>
      <div class="about muted" title=${moment(fire.firedAt)}>${ago(since(fire.firedAt))}</div>`;
  }
}

customElements.define("mainstay-schedule-table", ScheduleTable);

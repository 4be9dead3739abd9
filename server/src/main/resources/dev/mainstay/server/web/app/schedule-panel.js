// One schedule: what it does, when it fires next, what became of its moments, and the orders for it.

import { LitElement, html, css, nothing } from "lit";
import { href } from "./address.js";
import * as api from "./api.js";
import { everySecond, now } from "./clock.js";
import { moment } from "./format.js";
import { close, mark } from "./icons.js";
import { fireWord, inTime, spoken, stateTone } from "./schedule-words.js";
import { shared } from "./styles.js";

class SchedulePanel extends LitElement {
  static properties = { name: {}, schedule: {}, commandable: {}, said: { state: true } };

  static styles = [
    shared,
    css`
      section {
        padding: 12px 14px 14px;
        display: flex;
        flex-direction: column;
        gap: 12px;
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      header h2 {
        font-size: 15px;
        overflow-wrap: anywhere;
      }
      header .bare {
        margin-left: auto;
        padding: 4px;
      }
      h3 {
        font-size: 12px;
        font-weight: 600;
        color: var(--muted);
        margin-bottom: 4px;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 3px 12px;
      }
      dt {
        color: var(--muted);
      }
      dd {
        overflow-wrap: anywhere;
      }
      ol {
        columns: 2 170px;
        column-gap: 16px;
      }
      pre {
        margin: 0;
        padding: 8px 10px;
        max-height: 160px;
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: 6px;
        background: var(--ground);
        font: 12px/1.5 var(--mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th {
        text-align: left;
        font-size: 12px;
        font-weight: 500;
        color: var(--muted);
      }
      th,
      td {
        padding: 3px 8px 3px 0;
        border-bottom: 1px solid var(--line);
      }
      a {
        color: var(--accent);
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

  willUpdate(changed) {
    if (changed.has("name")) this.said = "";
  }

  render() {
    const { schedule } = this;
    const tone = stateTone(schedule?.state);
    return html`<section class="card" aria-labelledby="name">
      <header><h2 id="name">${this.name}</h2>${schedule ? html`<span class="chip ${tone}">${mark(tone)}${schedule.state}</span>` : nothing}
        <button class="bare" aria-label="Close" @click=${() => this.#tell("close-panel")}>${close}</button></header>
      ${schedule ? this.#about(schedule) : html`<p class="muted" role="status">Reading…</p>`}
    </section>`;
  }

  #about(schedule) {
    return html`
      ${schedule.description ? html`<p>${schedule.description}</p>` : nothing}
      ${this.commandable ? this.#actions(schedule) : nothing}
      <p role="status" ?hidden=${!this.said}>${this.said}</p>
      ${this.#plan(schedule)}
      <div><h3 id="next">Next</h3>${schedule.next.length === 0 ? html`<p class="muted">No moment left.</p>` : html`<ol aria-labelledby="next">
        ${schedule.next.map((each, index) => html`<li>${moment(each)}${index === 0 && schedule.nextAt ? html` <span class="muted">${inTime(each, now())}</span>` : nothing}</li>`)}</ol>`}</div>
      ${this.#fires(schedule.fires)}
      <div><h3>Payload</h3><pre tabindex="0">${JSON.stringify(schedule.task.payload, null, 2)}</pre></div>`;
  }

  #actions(schedule) {
    const own = schedule.source === "api" || schedule.state === "undeclared";
    return html`<div class="actions">
      ${schedule.pauseReason !== null
        ? html`<button @click=${() => this.#ask("Resume", "resume", "It fires again, from its next moment on; what passed meanwhile is not made up for.")}>Resume</button>`
        : html`<button @click=${() => this.#ask("Pause", "pause", "It fires no more until it is resumed. Its tasks go on.")}>Pause</button>`}
      <button @click=${() => this.#run()}>Run now</button>
      <button @click=${() => this.#tell("backfill", schedule)}>Back-fill…</button>
      ${own ? html`<button @click=${() => this.#tell("edit", schedule)}>Edit…</button>
        <button class="danger" @click=${() => this.#ask("Delete", "delete", "It is removed with its history. Its tasks go on.", true)}>Delete</button>` : nothing}
    </div>`;
  }

  #plan(schedule) {
    const { task } = schedule;
    const rows = [
      ["When", schedule.inWords], ["Cron", schedule.cron], ["Paused", schedule.pauseReason],
      ["Declared", schedule.source === "api" ? "" : `by ${schedule.source === "file" ? "the settings" : "the program"} of node ${schedule.declaredBy}`],
      ["From", schedule.startsAt && moment(schedule.startsAt)], ["Until", schedule.endsAt && moment(schedule.endsAt)],
      ["Task", `${task.type}${task.queue === task.type ? "" : ` in queue ${task.queue}`}, priority ${task.priority}`],
      ["Tags", task.tags.join(", ")],
      ["When missed", `${schedule.missed === "all" ? `all, up to ${schedule.missedLimit}` : schedule.missed}; later than ${spoken(schedule.missedAfter)} is missed`],
      ["Overlap", schedule.overlap],
    ];
    return html`<dl>${rows.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  #fires(fires) {
    if (fires.length === 0) return html`<div><h3>Fires</h3><p class="muted">None yet.</p></div>`;
    return html`<div><h3 id="fires">Last fires</h3><table aria-labelledby="fires">
      <thead><tr><th scope="col">Planned</th><th scope="col">Came to</th><th scope="col">Cause</th><th scope="col">Task</th></tr></thead>
      <tbody>${fires.map((fire) => {
        const [word, tone] = fireWord(fire);
        return html`<tr><td title="Fired ${moment(fire.firedAt)}">${moment(fire.plannedAt)}</td>
          <td><span class="chip ${tone}">${mark(tone)}${word}</span></td><td title=${fire.actor ?? nothing}>${fire.cause}</td>
          <td>${fire.task ? html`<a class="mono" href=${href("tasks", fire.task)} title=${fire.task} aria-label="Task ${fire.task}">…${fire.task.slice(-8)}</a>` : html`<span class="muted">–</span>`}</td></tr>`;
      })}</tbody></table></div>`;
  }

  async #run() {
    this.said = "";
    try {
      const fire = await api.post(api.schedulePath(this.name, "/run"));
      this.said = fire.outcome === "enqueued" ? `Task ${fire.task} is enqueued.` : "Not enqueued: a task of it is open, and the overlap policy says so.";
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.said = refusal.message;
    }
    this.#tell("ordered");
  }

  #ask(verb, order, effect, grave = false) {
    const { name } = this;
    const act = async (reason) => {
      if (order === "delete") await api.remove(`${api.schedulePath(name)}?${new URLSearchParams({ reason })}`);
      else await api.post(api.schedulePath(name, `/${order}`), { reason });
      this.#tell(order === "delete" ? "close-panel" : "ordered");
    };
    this.#tell("ask", { verb, subject: name, effect, grave, act });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-schedule-panel", SchedulePanel);

// Lets the moments of a past time fire: first it is counted, then done.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { now } from "./clock.js";
import { moment, plural } from "./format.js";
import { dialog, shared } from "./styles.js";

const DAY = 86_400_000;

class ScheduleBackfill extends LitElement {
  static properties = { schedule: { state: true }, counted: { state: true }, refusal: { state: true }, busy: { state: true } };

  static styles = [
    shared,
    dialog,
    css`
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 180px), 1fr));
        gap: 10px 12px;
      }
      label {
        display: grid;
        gap: 3px;
        font-size: 12px;
        color: var(--muted);
      }
      input {
        width: 100%;
      }
    `,
  ];

  async open(schedule) {
    this.schedule = schedule;
    this.counted = null;
    this.refusal = null;
    this.busy = false;
    await this.updateComplete;
    const { from, to } = this.renderRoot.querySelector("form").elements;
    from.value = local(now() - DAY);
    to.value = local(now());
    this.renderRoot.querySelector("dialog").showModal();
    from.focus();
    this.#count();
  }

  render() {
    return html`<dialog aria-labelledby="title" aria-describedby="effect">
      <form @submit=${this.#submit} @change=${() => this.#count()}>
        <h2 id="title">Back-fill ${this.schedule?.name ?? ""}?</h2>
        <p id="effect" class="muted">Its moments of a past time fire now, those alone that have had no task. The tasks run one after the other, unless it lets them overlap.</p>
        <div class="fields">
          <label>From (your time)<input name="from" type="datetime-local" step="1" required></label>
          <label>Until before<input name="to" type="datetime-local" step="1" required></label>
        </div>
        <p role="status">${this.#words()}</p>
        ${this.refusal ? html`<p class="error bad" role="alert">${this.refusal}</p>` : nothing}
        <div class="buttons"><button type="button" @click=${() => this.#close()}>Cancel</button>
          <button class="primary" ?disabled=${this.busy || !this.counted || this.#left() === 0}>${this.counted ? `Enqueue ${plural(this.#left(), "task")}` : "Enqueue"}</button></div>
      </form>
    </dialog>`;
  }

  #left() {
    return this.counted.moments - this.counted.already;
  }

  #words() {
    const { counted } = this;
    if (!counted) return html`<span class="muted">Counting…</span>`;
    if (counted.moments === 0) return "It has no moment in that time.";
    const had = counted.already > 0 ? ` ${counted.already} of them had their task.` : "";
    return `${plural(counted.moments, "moment")}, from ${moment(counted.first)} to ${moment(counted.last)}.${had}`;
  }

  async #count() {
    this.counted = null;
    this.counted = await this.#order(true);
  }

  async #order(preview) {
    const { from, to } = this.renderRoot.querySelector("form").elements;
    if (!from.value || !to.value) return null;
    this.refusal = null;
    try {
      return await api.post(api.schedulePath(this.schedule.name, "/backfill"), {
        from: new Date(from.value).toISOString(), to: new Date(to.value).toISOString(), preview,
      });
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.refusal = refusal.message.replace(/^\$\.?/, "");
      return null;
    }
  }

  async #submit(event) {
    event.preventDefault();
    this.busy = true;
    const done = await this.#order(false);
    this.busy = false;
    if (!done) return;
    this.#close();
    this.dispatchEvent(new CustomEvent("ordered", { bubbles: true, composed: true }));
  }

  #close() {
    this.renderRoot.querySelector("dialog").close();
  }
}

function local(milliseconds) {
  const date = new Date(milliseconds);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

customElements.define("mainstay-schedule-backfill", ScheduleBackfill);

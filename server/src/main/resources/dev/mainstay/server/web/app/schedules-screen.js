// Schedules: what fires when, what became of it, and the orders one can give. It reads while it is looked at.

import { LitElement, html, css, nothing } from "lit";
import { go, href, replace } from "./address.js";
import * as api from "./api.js";
import { count, plural } from "./format.js";
import { search } from "./icons.js";
import { screen, shared } from "./styles.js";
import "./schedule-backfill.js";
import "./schedule-form.js";
import "./schedule-panel.js";
import "./schedule-table.js";

const PERIOD = 3_000;
const STATES = ["active", "paused", "finished", "undeclared"];

class SchedulesScreen extends LitElement {
  static properties = { fleet: {}, place: {}, items: { state: true }, detail: { state: true }, refusal: { state: true } };

  static styles = [
    shared,
    screen,
    css`
      .columns {
        display: grid;
        gap: 12px;
        grid-template-columns: minmax(0, 1fr);
        align-items: start;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding: 8px 12px;
        border-bottom: 1px solid var(--line);
      }
      .search {
        position: relative;
        flex: 1 1 180px;
        max-width: 340px;
      }
      .search .icon {
        position: absolute;
        left: 8px;
        top: 6px;
        color: var(--muted);
      }
      .search input {
        width: 100%;
        padding-left: 28px;
      }
      .count {
        margin-left: auto;
        white-space: nowrap;
      }
      .empty {
        padding: 32px 24px;
        max-width: 620px;
        margin: 0 auto;
      }
      .empty h2 {
        font-size: 17px;
        margin-bottom: 6px;
      }
      pre {
        margin: 10px 0 0;
        padding: 10px 12px;
        overflow-x: auto;
        border: 1px solid var(--line);
        border-radius: 6px;
        background: var(--ground);
        font: 12px/1.5 var(--mono);
      }
      .alert {
        padding: 8px 12px;
      }
      @media (min-width: 1200px) and (min-height: 620px) {
        .columns {
          flex: 1;
          min-height: 0;
          align-items: stretch;
        }
        .columns.two {
          grid-template-columns: minmax(0, 1fr) clamp(380px, 36vw, 560px);
        }
        .columns > * {
          min-height: 0;
          overflow-y: auto;
        }
      }
    `,
  ];

  connectedCallback() {
    super.connectedCallback();
    this.timer = setInterval(() => document.hidden || this.#read(), PERIOD);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  updated(changed) {
    if (changed.has("place")) this.#read();
  }

  render() {
    const { id } = this.place;
    return html`<main @ordered=${() => this.#read()}>
      <h1 tabindex="-1">Schedules</h1>
      ${this.refusal ? html`<p class="card alert bad" role="alert">${this.refusal}</p>` : nothing}
      <div class="columns ${id ? "two" : ""}">
        <section class="card" aria-label="All schedules" tabindex="-1">${this.#tools()}${this.#list()}</section>
        ${id ? html`<mainstay-schedule-panel .name=${id} .schedule=${this.detail?.name === id ? this.detail : null} .commandable=${this.fleet.canCommand}
          @edit=${(event) => this.#dialog("form").open(event.detail)} @backfill=${(event) => this.#dialog("backfill").open(event.detail)}
          @close-panel=${() => this.#close()}></mainstay-schedule-panel>` : nothing}
      </div>
      <mainstay-schedule-form></mainstay-schedule-form>
      <mainstay-schedule-backfill></mainstay-schedule-backfill>
    </main>`;
  }

  #tools() {
    const { q = "", state = "" } = this.place.query;
    return html`<div class="tools" role="search" aria-label="Filter schedules">
      <div class="search">${search}<input type="search" placeholder="Search schedules" aria-label="Search schedules" .value=${q}
        @input=${(event) => this.#filter({ q: event.target.value })}></div>
      <select aria-label="Filter by state" @change=${(event) => this.#filter({ state: event.target.value })}>
        <option value="" ?selected=${state === ""}>Any state</option>
        ${STATES.map((each) => html`<option value=${each} ?selected=${state === each}>${each}</option>`)}
      </select>
      ${this.fleet.canCommand ? html`<button @click=${() => this.#dialog("form").open(null)}>New schedule</button>` : nothing}
      <span class="count muted" role="status">${this.items ? this.#counted() : nothing}</span>
    </div>`;
  }

  #counted() {
    const shown = this.#shown().length;
    return shown === this.items.length ? plural(shown, "schedule") : `${count(shown)} of ${plural(this.items.length, "schedule")}`;
  }

  #shown() {
    const { q = "", state = "" } = this.place.query;
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    return (this.items ?? []).filter((schedule) => {
      const text = `${schedule.name} ${schedule.description} ${schedule.task.type}`.toLowerCase();
      return (state === "" || schedule.state === state) && words.every((word) => text.includes(word));
    });
  }

  #list() {
    if (!this.items) return html`<p class="empty muted" role="status">Reading schedules…</p>`;
    const shown = this.#shown();
    if (shown.length > 0) return html`<mainstay-schedule-table .schedules=${shown} .chosen=${this.place.id} .query=${this.place.query}></mainstay-schedule-table>`;
    if (this.items.length > 0) return html`<div class="empty"><h2>No schedule matches</h2>
      <p class="muted">${plural(this.items.length, "schedule")} in all. <button class="link" @click=${() => this.#filter({ q: "", state: "" })}>Clear the filters</button></p></div>`;
    return html`<div class="empty"><h2>No schedules yet</h2>
      <p>Declare one in <code>mainstay.yml</code>, or make one here or on the command line:</p>
      <pre tabindex="0">./mainstay schedule create nightly --cron '0 3 * * *' --type report</pre></div>`;
  }

  #filter(change) {
    replace(href("schedules", this.place.id, { ...this.place.query, ...change }));
  }

  #dialog(which) {
    return this.renderRoot.querySelector(`mainstay-schedule-${which}`);
  }

  async #close() {
    const name = this.place.id;
    go(href("schedules", "", this.place.query));
    await this.updateComplete;
    this.renderRoot.querySelector("mainstay-schedule-table")?.focusSchedule(name);
  }

  async #read() {
    const { id } = this.place;
    try {
      const [items, detail] = await Promise.all([api.all("/api/v1/schedules", { limit: 1000 }), id ? api.get(api.schedulePath(id)) : null]);
      [this.items, this.detail, this.refusal] = [items, detail, null];
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      // The header tells when nobody answers; what is shown then is what was known.
      if (!refusal.away) this.refusal = refusal.message;
    }
  }
}

customElements.define("mainstay-schedules-screen", SchedulesScreen);

// Makes or changes a schedule. While it is filled in, the server says what it would do.

import { LitElement, html, css, nothing } from "lit";
import { go, href } from "./address.js";
import * as api from "./api.js";
import { parseExact } from "./exact-json.js";
import { moment } from "./format.js";
import { iso, spoken } from "./schedule-words.js";
import { dialog, shared } from "./styles.js";

const PAUSE = 300;
const OVERLAPS = { skip: "skip this one", "buffer-one": "let one wait", "buffer-all": "let all wait", "cancel-other": "cancel the open one", "allow-all": "run beside it" };
const MISSED = { once: "make up with one", skip: "make up for none", all: "make up for each" };

class ScheduleForm extends LitElement {
  static properties = { former: { state: true }, kind: { state: true }, preview: { state: true }, refusal: { state: true }, busy: { state: true } };

  static styles = [
    shared,
    dialog,
    css`
      dialog {
        width: min(640px, calc(100vw - 24px));
      }
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 180px), 1fr));
        gap: 10px 12px;
      }
      .wide {
        grid-column: 1 / -1;
      }
      label {
        display: grid;
        gap: 3px;
        font-size: 12px;
        color: var(--muted);
      }
      input,
      select,
      textarea {
        width: 100%;
        font-size: 13px;
      }
      textarea {
        font-family: var(--mono);
        resize: vertical;
      }
      .preview {
        padding: 8px 10px;
        min-height: 52px;
        border-radius: 6px;
        background: var(--ground);
      }
    `,
  ];

  /** @param former the schedule to change, null for a new one */
  async open(former) {
    this.former = former;
    this.kind = former?.every ? "every" : former?.at ? "at" : "cron";
    this.preview = null;
    this.refusal = null;
    this.busy = false;
    await this.updateComplete;
    const form = this.renderRoot.querySelector("form");
    form.reset();
    this.renderRoot.querySelector("dialog").showModal();
    form.elements[former ? "timing" : "name"].focus();
    this.#ask();
  }

  render() {
    const { former } = this;
    return html`<dialog aria-labelledby="title">
      <form @submit=${this.#submit} @input=${this.#soon}>
        <h2 id="title">${former ? `Change ${former.name}` : "New schedule"}</h2>
        <div class="fields">
          ${former ? nothing : html`<label class="wide">Name<input name="name" required pattern="[a-z0-9][a-z0-9._\\-]*" maxlength="128" placeholder="nightly-report" autocomplete="off"></label>`}
          <label>Fires<select name="kind" @change=${(event) => (this.kind = event.target.value)}>
            ${[["cron", "by cron"], ["every", "at an interval"], ["at", "once"]].map(([value, word]) => html`<option value=${value} ?selected=${this.kind === value}>${word}</option>`)}
          </select></label>
          ${this.#timing()}
          <label>Task type<input name="type" required .defaultValue=${former?.task.type ?? ""} placeholder="report" autocomplete="off"></label>
          <label>Queue<input name="queue" .defaultValue=${former?.task.queue ?? ""} placeholder="that of the type" autocomplete="off"></label>
          <label>When a fire is missed${this.#select("missed", MISSED, former?.missed)}</label>
          <label>While a task of it is open${this.#select("overlap", OVERLAPS, former?.overlap)}</label>
          <label class="wide">Description<input name="description" maxlength="1000" .defaultValue=${former?.description ?? ""} autocomplete="off"></label>
          <label class="wide">Payload (JSON)<textarea name="payload" rows="3" spellcheck="false" .defaultValue=${JSON.stringify(former?.task.payload ?? {}, null, 2)}></textarea></label>
        </div>
        <div class="preview" role="status">${this.#preview()}</div>
        ${this.refusal ? html`<p class="error bad" role="alert">${this.refusal}</p>` : nothing}
        <div class="buttons"><button type="button" @click=${() => this.#close()}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>${former ? "Change" : "Create"}</button></div>
      </form>
    </dialog>`;
  }

  #timing() {
    const { former } = this;
    if (this.kind === "every") return html`<label>Every<input name="timing" required .defaultValue=${spoken(former?.every)} placeholder="15m" autocomplete="off"></label>`;
    if (this.kind === "at") return html`<label>At (your time)<input name="timing" type="datetime-local" step="1" required .defaultValue=${local(former?.at)}></label>`;
    return html`<label>Cron<input name="timing" class="mono" required .defaultValue=${former?.cron ?? ""} placeholder="0 3 * * *" autocomplete="off"></label>
      <label>Time zone<input name="zone" .defaultValue=${former?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone} autocomplete="off"></label>`;
  }

  #select(name, words, chosen) {
    return html`<select name=${name}>${Object.entries(words).map(([value, word]) => html`<option value=${value} ?selected=${value === chosen}>${word}</option>`)}</select>`;
  }

  #preview() {
    if (!this.preview) return html`<span class="muted">Fill in when it fires and what task it makes.</span>`;
    if (this.preview.refusal) return html`<span class="bad">${this.preview.refusal}</span>`;
    const next = this.preview.next.slice(0, 3).map(moment).join(" · ");
    return html`${this.preview.inWords}<div class="muted">${next ? `Next: ${next}` : "It has no moment left."}</div>`;
  }

  #soon = () => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), PAUSE);
  };

  async #ask() {
    const { timing, type } = this.renderRoot.querySelector("form").elements;
    if (!timing.value || !type.value) {
      this.preview = null;
      return;
    }
    this.preview = await this.#tried(() => api.post("/api/v1/schedules/preview", this.#body()));
  }

  async #tried(call) {
    try {
      return await call();
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal || refusal instanceof SyntaxError)) throw refusal;
      return { refusal: refusal instanceof SyntaxError ? "The payload is no JSON." : refusal.message.replace(/^\$\.?/, "") };
    }
  }

  /** What was filled in, over what the former schedule has and this form does not show. */
  #body() {
    const { timing, zone, type, queue, missed, overlap, description, payload } = this.renderRoot.querySelector("form").elements;
    const { startsAt, endsAt, missedLimit, missedAfter, task } = this.former ?? {};
    const when = this.kind === "cron" ? { cron: timing.value, zone: zone.value || undefined }
      : this.kind === "every" ? { every: iso(timing.value) } : { at: new Date(timing.value).toISOString() };
    const kept = task ? { priority: task.priority, tags: task.tags, attempts: task.attempts, expiresAfter: task.expiresAfter, orderingKey: task.orderingKey } : {};
    return {
      ...when, startsAt, endsAt, missedLimit, missedAfter, missed: missed.value, overlap: overlap.value, description: description.value,
      task: { ...kept, type: type.value, queue: queue.value || undefined, payload: parseExact(payload.value || "{}") },
    };
  }

  async #submit(event) {
    event.preventDefault();
    const name = this.former?.name ?? event.target.elements.name.value;
    this.busy = true;
    const done = await this.#tried(() => this.former
      ? api.put(api.schedulePath(name), this.#body(), { "If-Match": `"${this.former.version}"` })
      : api.post("/api/v1/schedules", { ...this.#body(), name }));
    this.busy = false;
    this.refusal = done.refusal ?? null;
    if (this.refusal) return;
    this.#close();
    this.dispatchEvent(new CustomEvent("ordered", { bubbles: true, composed: true }));
    go(href("schedules", name));
  }

  #close() {
    this.renderRoot.querySelector("dialog").close();
  }
}

/** A moment as an input of local time has it. */
function local(moment) {
  if (!moment) return "";
  const date = new Date(moment);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

customElements.define("mainstay-schedule-form", ScheduleForm);

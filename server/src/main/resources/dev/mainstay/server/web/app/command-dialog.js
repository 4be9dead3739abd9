// Asks before anything is done: what will happen, and the reason, which is kept with the event.

import { LitElement, html, css, nothing } from "lit";
import { Refusal } from "./api.js";
import { parseExact } from "./exact-json.js";
import { dialog, shared } from "./styles.js";

class CommandDialog extends LitElement {
  static properties = { request: { state: true }, refusal: { state: true }, busy: { state: true }, progress: { state: true } };

  static styles = [
    shared,
    dialog,
    css`
      label {
        display: block;
        margin: 14px 0 4px;
        font-weight: 600;
      }
      textarea {
        display: block;
        width: 100%;
        min-height: 60px;
        resize: vertical;
      }
      input,
      select {
        display: block;
        width: 100%;
      }
    `,
  ];

  /**
   * Opens with {verb, subject, effect, grave, fields, reason, prepare, act}: what is done to whom and what that means,
   * whether it is hard to undo, what else must be known ({name, label, kind: text | number | json | choice, value,
   * required, hint, choices}) and, when `reason` is false, that nobody asks why. `prepare()` may find out first what it
   * means and gives what replaces the words. `act(reason, values, progress)` is called when the person says yes; a refusal
   * is shown, and the person may try again.
   */
  async ask(request) {
    this.request = request;
    this.refusal = null;
    this.progress = "";
    this.busy = Boolean(request.prepare);
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector("dialog");
    const form = dialog.querySelector("form");
    form.reset();
    for (const { name, value = "" } of request.fields ?? []) form.elements[name].value = value;
    dialog.showModal();
    if (request.prepare) await this.#try(async () => (this.request = { ...request, ...(await request.prepare()) }));
  }

  render() {
    const { verb = "", subject = "", effect = "", grave = false, fields = [], reason = true, pointless = false } = this.request ?? {};
    return html`<dialog aria-labelledby="title" aria-describedby="effect">
      <form @submit=${this.#submit} @keydown=${(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.currentTarget.requestSubmit()}>
        <h2 id="title">${verb} ${subject}?</h2>
        <p id="effect" class="muted" role="status">${effect}</p>
        ${fields.map((field) => this.#field(field))}
        ${reason ? html`<label for="reason">Reason</label>
        <textarea id="reason" name="reason" required maxlength="500" placeholder="Kept with the event, for whoever asks later"></textarea>` : nothing}
        ${this.refusal ? html`<p class="error bad" role="alert">${this.refusal}</p>` : nothing}
        <div class="buttons">
          <button type="button" @click=${() => this.#close()}>Cancel</button>
          <button class=${grave ? "danger" : "primary"} ?disabled=${this.busy || pointless}>${this.busy ? this.progress || "Working…" : verb}</button>
        </div>
      </form>
    </dialog>`;
  }

  #field({ name, label, kind, required = false, hint = "", choices = [], pattern }) {
    const id = `field-${name}`;
    const words = html`<label for=${id}>${label}</label>`;
    if (kind === "json") return html`${words}<textarea id=${id} name=${name} class="mono" rows="6" spellcheck="false" ?required=${required} placeholder=${hint}></textarea>`;
    if (kind === "choice") return html`${words}<select id=${id} name=${name}>${choices.map((each) => html`<option>${each}</option>`)}</select>`;
    return html`${words}<input id=${id} name=${name} type=${kind === "number" ? "number" : "text"} min=${kind === "number" ? "0" : nothing} autocomplete="off"
      pattern=${pattern ?? nothing} ?required=${required} placeholder=${hint} list=${choices.length > 0 ? `${id}-list` : nothing}>
      ${choices.length > 0 ? html`<datalist id=${`${id}-list`}>${choices.map((each) => html`<option value=${each}></option>`)}</datalist>` : nothing}`;
  }

  async #submit(event) {
    event.preventDefault();
    const { fields = [], act } = this.request;
    const elements = event.target.elements;
    await this.#try(async () => {
      const values = Object.fromEntries(fields.map((field) => [field.name, valueOf(field, elements[field.name].value.trim())]));
      await act(elements.reason?.value.trim(), values, (words) => (this.progress = words));
      this.#close();
    });
  }

  async #try(work) {
    this.busy = true;
    this.refusal = null;
    try {
      await work();
    } catch (refusal) {
      if (!(refusal instanceof Refusal) && !(refusal instanceof SyntaxError)) throw refusal;
      this.refusal = [refusal.message, ...(refusal.errors ?? []).map((error) => `${error.path}: ${error.message}`)].join(" ");
    } finally {
      this.busy = false;
      this.progress = "";
    }
  }

  #close() {
    this.renderRoot.querySelector("dialog").close();
  }
}

/** What was typed, as the API takes it; undefined for nothing. */
function valueOf({ kind, label }, text) {
  if (text === "") return undefined;
  if (kind === "number") return Number(text);
  if (kind !== "json") return text;
  try {
    return parseExact(text);
  } catch (failure) {
    throw new SyntaxError(`${label} is not JSON: ${failure.message}`);
  }
}

customElements.define("mainstay-command-dialog", CommandDialog);

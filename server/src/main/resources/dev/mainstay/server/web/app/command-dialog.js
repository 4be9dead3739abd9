// Asks before anything is done: what will happen, and the reason, which is kept with the event.

import { LitElement, html, css, nothing } from "lit";
import { Refusal } from "./api.js";
import { dialog, shared } from "./styles.js";

class CommandDialog extends LitElement {
  static properties = { request: { state: true }, refusal: { state: true }, busy: { state: true } };

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
    `,
  ];

  /**
   * Opens with {verb, subject, effect, grave, act}: what is done to whom and what that means, and whether it is hard to
   * undo. `act(reason)` is called when the person says yes; a refusal is shown, and the person may try again.
   */
  async ask(request) {
    this.request = request;
    this.refusal = null;
    this.busy = false;
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector("dialog");
    dialog.querySelector("form").reset();
    dialog.showModal();
  }

  render() {
    const { verb = "", subject = "", effect = "", grave = false } = this.request ?? {};
    return html`<dialog aria-labelledby="title" aria-describedby="effect">
      <form @submit=${this.#submit}>
        <h2 id="title">${verb} ${subject}?</h2>
        <p id="effect" class="muted">${effect}</p>
        <label for="reason">Reason</label>
        <textarea id="reason" name="reason" required maxlength="500" placeholder="Kept with the event, for whoever asks later"
          @keydown=${(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form.requestSubmit()}></textarea>
        ${this.refusal ? html`<p class="error bad" role="alert">${this.refusal}</p>` : nothing}
        <div class="buttons">
          <button type="button" @click=${() => this.#close()}>Cancel</button>
          <button class=${grave ? "danger" : "primary"} ?disabled=${this.busy}>${this.busy ? "Working…" : verb}</button>
        </div>
      </form>
    </dialog>`;
  }

  async #submit(event) {
    event.preventDefault();
    this.busy = true;
    this.refusal = null;
    try {
      await this.request.act(event.target.elements.reason.value.trim());
      this.#close();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.refusal = [refusal.message, ...refusal.errors.map((error) => `${error.path}: ${error.message}`)].join(" ");
    } finally {
      this.busy = false;
    }
  }

  #close() {
    this.renderRoot.querySelector("dialog").close();
  }
}

customElements.define("mainstay-command-dialog", CommandDialog);

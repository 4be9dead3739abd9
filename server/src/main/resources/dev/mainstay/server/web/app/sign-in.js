// Asks for an API key. There is nothing else to sign in with, and the key stays in this tab.

import { LitElement, html, css, nothing } from "lit";
import { logo } from "./icons.js";
import { shared } from "./styles.js";
import "./theme-switch.js";

class SignIn extends LitElement {
  static properties = { refusal: {} };

  static styles = [
    shared,
    css`
      main {
        max-width: 400px;
        margin: 0 auto;
        padding: 16vh 16px 16px;
      }
      .card {
        padding: 24px;
      }
      .name {
        display: flex;
        align-items: center;
        gap: 10px;
        margin-bottom: 18px;
      }
      h1 {
        font-size: 18px;
        letter-spacing: -0.01em;
      }
      label {
        display: block;
        font-weight: 600;
        margin-bottom: 4px;
      }
      input {
        width: 100%;
        min-height: 34px;
        font-family: var(--mono);
      }
      button {
        width: 100%;
        margin-top: 12px;
        min-height: 34px;
      }
      .hint {
        margin-top: 16px;
      }
      .error {
        display: block;
        margin-top: 8px;
        padding: 6px 10px;
        border-radius: 6px;
        background: var(--bad-tint);
      }
      .theme {
        display: flex;
        justify-content: center;
        margin-top: 16px;
      }
    `,
  ];

  firstUpdated() {
    this.renderRoot.querySelector("#key").focus();
  }

  render() {
    return html`<main>
      <form class="card" @submit=${this.#submit}>
        <div class="name">${logo}<h1>Mainstay</h1></div>
        <input hidden name="username" autocomplete="username" value="Mainstay" aria-hidden="true">
        <label for="key">API key</label>
        <input id="key" name="key" type="password" autocomplete="current-password" spellcheck="false" required placeholder="mst_…"
          aria-describedby=${this.refusal ? "error hint" : "hint"} aria-invalid=${this.refusal ? "true" : "false"}>
        ${this.refusal ? html`<span id="error" class="error bad" role="alert">${this.#words(this.refusal)}</span>` : nothing}
        <button class="primary">Sign in</button>
        <p id="hint" class="hint muted">The first start leaves an admin key in <code>.mainstay/admin-token</code> and prints a link
          that signs in. The key is kept in this tab only.</p>
      </form>
      <div class="theme"><mainstay-theme-switch></mainstay-theme-switch></div>
    </main>`;
  }

  #words(refusal) {
    if (refusal.status === 401) return "This key is not valid: mistyped, expired or revoked.";
    if (refusal.status === 403) return "This key may not read the fleet. A key with the role viewer or above can.";
    return refusal.message;
  }

  #submit(event) {
    event.preventDefault();
    const key = event.target.elements.key.value.trim();
    if (key) this.dispatchEvent(new CustomEvent("key-given", { detail: key }));
  }
}

customElements.define("mainstay-sign-in", SignIn);

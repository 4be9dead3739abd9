// Light, dark, or what the system wishes. The choice is this browser's; theme.js applies it before the first paint.

import { LitElement, html, css } from "lit";
import { dark, light, system } from "./icons.js";
import { shared } from "./styles.js";

const THEMES = [["light", "Light", light], ["dark", "Dark", dark], ["system", "System", system]];

class ThemeSwitch extends LitElement {
  static properties = { theme: { state: true } };

  static styles = [
    shared,
    css`
      fieldset {
        display: flex;
        margin: 0;
        padding: 2px;
        border: 1px solid var(--line);
        border-radius: 8px;
      }
      label {
        position: relative;
        display: grid;
        place-items: center;
        width: 28px;
        height: 24px;
        border-radius: 5px;
        color: var(--muted);
        cursor: pointer;
      }
      label:hover {
        background: var(--hover);
      }
      label:has(:checked) {
        background: var(--chosen);
        color: var(--accent);
      }
      label:has(:focus-visible) {
        outline: 2px solid var(--accent);
      }
      input {
        position: absolute;
        inset: 0;
        margin: 0;
        min-height: 0;
        opacity: 0;
        cursor: pointer;
      }
    `,
  ];

  constructor() {
    super();
    this.theme = document.documentElement.dataset.theme ?? "system";
  }

  render() {
    return html`<fieldset><legend class="hidden">Theme</legend>
      ${THEMES.map(([theme, word, icon]) => html`<label title="${word} theme">
        <input type="radio" name="theme" value=${theme} aria-label=${word} .checked=${this.theme === theme} @change=${() => this.#choose(theme)}>${icon}
      </label>`)}</fieldset>`;
  }

  #choose(theme) {
    this.theme = theme;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("mainstay.theme", theme);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
    dispatchEvent(new Event("theme-changed"));
  }
}

customElements.define("mainstay-theme-switch", ThemeSwitch);

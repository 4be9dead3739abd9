// A value as JSON, laid out to be read. A large one is shown by its beginning until somebody wants it all.

import { LitElement, html, css, nothing } from "lit";
import { count } from "./format.js";
import { shared } from "./styles.js";

const SHOWN = 20_000;

class JsonBox extends LitElement {
  static properties = { heading: {}, value: {}, whole: { state: true } };

  static styles = [
    shared,
    css`
      section {
        padding: 10px 14px;
      }
      pre {
        margin: 6px 0 0;
        max-height: 320px;
        overflow: auto;
        font: 12px/1.5 var(--mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  willUpdate(changed) {
    if (changed.has("value")) this.text = JSON.stringify(this.value, null, 2) ?? "";
  }

  render() {
    const { text } = this;
    const cut = !this.whole && text.length > SHOWN;
    return html`<section class="card" aria-label=${this.heading}>
      <h2>${this.heading}</h2>
      <pre tabindex="0" aria-label=${this.heading}>${cut ? text.slice(0, SHOWN) : text}</pre>
      ${cut ? html`<button class="link" @click=${() => (this.whole = true)}>Show all ${count(text.length)} characters</button>` : nothing}
    </section>`;
  }
}

customElements.define("mainstay-json-box", JsonBox);

// The way from screen to screen, in the header.

import { LitElement, html, css, nothing } from "lit";
import { href } from "./address.js";
import { SCREENS, screenOf } from "./screens.js";
import { shared } from "./styles.js";

class ScreenLinks extends LitElement {
  static properties = { current: {} };

  static styles = [
    shared,
    css`
      ul {
        display: flex;
        gap: 2px;
        overflow-x: auto;
        scrollbar-width: none;
      }
      a {
        display: block;
        padding: 0 10px;
        line-height: 30px;
        border-radius: 6px;
        color: var(--muted);
        font-weight: 500;
        text-decoration: none;
        white-space: nowrap;
      }
      a:hover {
        background: var(--hover);
        color: var(--text);
      }
      a[aria-current] {
        background: var(--chosen);
        color: var(--text);
        font-weight: 600;
      }
      a:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  render() {
    return html`<nav aria-label="Screens"><ul>${SCREENS.filter((screen) => screen.word).map((screen) => html`<li><a href=${href(screen.path)}
      aria-current=${screen.path === (screenOf(this.current)?.within ?? this.current) ? "page" : nothing}>${screen.word}</a></li>`)}</ul></nav>`;
  }
}

customElements.define("mainstay-screen-links", ScreenLinks);

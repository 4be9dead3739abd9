// The header: whose fleet this is, whether what is shown is live, and how it looks.

import { LitElement, html, css, nothing } from "lit";
import { plural } from "./format.js";
import { leave, logo, mark } from "./icons.js";
import { shared } from "./styles.js";
import { everySecond } from "./clock.js";
import "./screen-links.js";
import "./theme-switch.js";

class TopBar extends LitElement {
  static properties = { screen: {}, caller: {}, nodes: {}, phase: {}, databaseAway: {} };

  static styles = [
    shared,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 14px;
        min-height: 48px;
        padding: 4px 16px;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }
      .name {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 15px;
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      .place {
        flex: 0 1 auto;
        min-width: 0;
        padding-left: 14px;
        border-left: 1px solid var(--line);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .space {
        flex: 1;
      }
      .chip {
        line-height: 24px;
        border-radius: 12px;
        padding: 0 10px;
      }
      .live .mark {
        animation: breathe 2.4s ease-in-out infinite;
      }
      @keyframes breathe {
        50% {
          opacity: 0.4;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .live .mark {
          animation: none;
        }
      }
      button {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      mainstay-screen-links {
        min-width: 0;
      }
      @media (min-width: 1180px) {
        mainstay-screen-links {
          flex: none;
        }
      }
      @media (max-width: 1439px) {
        .word {
          display: none;
        }
      }
      @media (max-width: 1179px) {
        header {
          flex-wrap: wrap;
        }
        mainstay-screen-links {
          order: 1;
          flex-basis: 100%;
        }
      }
      @media (max-width: 760px) {
        header {
          gap: 8px;
          padding: 4px 8px;
        }
        .place {
          display: none;
        }
      }
    `,
  ];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.phase?.name === "waiting" && this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  render() {
    const live = (this.nodes ?? []).filter((node) => node.state !== "ended").length;
    return html`<header>
      <div class="name">${logo}<span>Mainstay</span></div>
      ${this.caller ? html`<div class="place muted">${this.caller.organizationName}${live > 0 ? ` · ${plural(live, "node")}` : nothing}</div>` : nothing}
      ${this.caller ? html`<mainstay-screen-links .current=${this.screen}></mainstay-screen-links>` : nothing}
      <div class="space"></div>
      <div role="status">${this.#connection()}</div>
      <mainstay-theme-switch></mainstay-theme-switch>
      ${this.caller ? html`<button class="bare" aria-label="Sign out" @click=${() => this.#tell("sign-out")}
          title="Sign out: signed in with the key “${this.caller.name}” (${this.caller.role})">${leave}<span class="word">Sign out</span></button>` : nothing}
    </header>`;
  }

  #connection() {
    const phase = this.phase?.name;
    if (phase === "live" && this.databaseAway) return html`<span class="chip warn">${mark("warn")}Waiting for PostgreSQL</span>`;
    if (phase === "live") return html`<span class="chip good live">${mark("good")}Live</span>`;
    if (phase !== "waiting") return html`<span class="chip idle">${mark("idle")}Connecting</span>`;
    const seconds = Math.max(1, Math.ceil((this.phase.retryAt - Date.now()) / 1_000));
    return html`<span class="chip warn">${mark("warn")}Reconnecting<span aria-hidden="true"> in ${seconds} s</span></span>
      <button class="link" @click=${() => this.#tell("retry")}>Try now</button>`;
  }

  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-top-bar", TopBar);

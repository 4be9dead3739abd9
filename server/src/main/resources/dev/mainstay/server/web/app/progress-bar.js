// How far a task is, as its handler said last, and when it will be done if it goes on as fast.

import { LitElement, html, css, nothing } from "lit";
import { now } from "./clock.js";
import { age, moment } from "./format.js";
import { shared } from "./styles.js";

class ProgressBar extends LitElement {
  static properties = { progress: {}, moves: {}, wide: { type: Boolean } };

  static styles = [
    shared,
    css`
      .line {
        display: flex;
        align-items: center;
        gap: 8px;
        white-space: nowrap;
      }
      .track {
        flex: 1 1 40px;
        min-width: 30px;
        height: 6px;
        border-radius: 3px;
        background: var(--idle-tint);
        overflow: hidden;
      }
      .track i {
        display: block;
        height: 100%;
        background: var(--spark);
      }
      .words {
        font-size: 12px;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      p {
        margin-top: 4px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  render() {
    const { fraction, message, eta } = this.progress;
    const percent = Math.floor(fraction * 100);
    const left = this.moves && eta ? Date.parse(eta) - now() : NaN;
    return html`<div class="line" title=${[message, eta ? `done about ${moment(eta)}` : ""].filter(Boolean).join(" · ")}>
      <div class="track" role="progressbar" aria-label="Progress" aria-valuenow=${percent} aria-valuemin="0" aria-valuemax="100"
        aria-valuetext=${message ? `${percent} %, ${message}` : `${percent} %`}><i .style=${`width:${percent}%`}></i></div>
      <span class="words muted">${percent} %${left > 0 ? ` · ${age(left)} left` : nothing}</span>
    </div>
    ${this.wide && message ? html`<p class="muted">${message}</p>` : nothing}`;
  }
}

customElements.define("mainstay-progress-bar", ProgressBar);

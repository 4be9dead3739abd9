// The banner of what a person should look at: what, why, since when, and the way there. Nothing wrong, nothing shown.

import { LitElement, html, css, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { everySecond, since } from "./clock.js";
import { age, ago, moment, plural } from "./format.js";
import { mark } from "./icons.js";
import { severityTone } from "./tones.js";
import { shared } from "./styles.js";

const SHOWN = 3;

class ProblemList extends LitElement {
  static properties = { problems: {}, all: { state: true } };

  static styles = [
    shared,
    css`
      section {
        border: 1px solid var(--line);
        border-left: 4px solid var(--fill);
        border-radius: var(--radius);
        background: var(--surface);
        padding: 4px 12px;
      }
      ul {
        max-height: 40vh;
        overflow-y: auto;
      }
      li {
        display: flex;
        align-items: baseline;
        gap: 8px;
        min-height: 26px;
        line-height: 26px;
      }
      .mark {
        flex: none;
      }
      .what {
        flex: none;
        color: var(--text);
      }
      .what strong,
      .what .link {
        font-weight: 600;
      }
      .detail {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      time {
        flex: none;
      }
      @media (max-width: 640px) {
        li {
          flex-wrap: wrap;
          line-height: 20px;
          min-height: 0;
          gap: 0 8px;
          padding: 4px 0;
        }
        .what {
          flex: 1;
        }
        .detail {
          order: 1;
          flex: 1 0 100%;
          padding-left: 18px;
        }
      }
    `,
  ];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  render() {
    const problems = this.problems ?? [];
    if (problems.length === 0) return nothing;
    const shown = this.all ? problems : problems.slice(0, SHOWN);
    return html`<section class=${severityTone(problems[0].severity)} aria-label="Problems">
      <ul tabindex=${this.all ? "0" : nothing} aria-label="Problems, the worst first">
        ${repeat(shown, (problem) => problem.key, (problem) => this.#line(problem))}
      </ul>
      ${problems.length > SHOWN ? html`<button class="link" aria-expanded=${this.all ? "true" : "false"} @click=${() => (this.all = !this.all)}>
        ${this.all ? "Show fewer" : `and ${plural(problems.length - SHOWN, "more problem")}`}</button>` : nothing}
    </section>`;
  }

  #line(problem) {
    const tone = severityTone(problem.severity);
    return html`<li class=${tone}>
      ${mark(tone)}<span class="hidden">${problem.severity}:</span>
      <span class="what">${problem.agent
        ? html`<button class="link" @click=${() => this.#open(problem.agent)}>${problem.subject}</button>`
        : html`<strong>${problem.subject}</strong>`} ${problem.text}</span>
      <span class="detail muted" title=${problem.detail}>${problem.detail}</span>
      ${problem.since ? html`<time class="muted" datetime=${problem.since} title=${moment(problem.since)}>${problem.past ? ago(since(problem.since)) : `for ${age(since(problem.since))}`}</time>` : nothing}
    </li>`;
  }

  #open(agent) {
    this.dispatchEvent(new CustomEvent("open-agent", { detail: agent, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-problem-list", ProblemList);

// The fleet in four tiles: its health, its agents by state, how much it does, how much of it fails.

import { LitElement, html, css, nothing } from "lit";
import { now } from "./clock.js";
import { count, rate } from "./format.js";
import { mark, down } from "./icons.js";
import { sparkline } from "./sparkline.js";
import { scoreTone, scoreWord, STATE_ORDER, stateTone } from "./tones.js";
import { tiles } from "./layouts.js";
import { shared } from "./styles.js";
import "./health-parts.js";

/** Per second, over the running minute and the complete one before it; NaN when nothing is stored. */
function perSecond(minutes, values) {
  const running = Math.min(60, Math.max(1, (now() - Date.parse(minutes.from)) / 1_000 - 60 * (values.length - 1)));
  const [before, current] = values.slice(-2);
  if (before == null && current == null) return NaN;
  return ((before ?? 0) + (current ?? 0)) / (running + (before == null ? 0 : 60));
}

class OverviewTiles extends LitElement {
  static properties = { overview: {}, filter: {}, expanded: { state: true } };

  static styles = [
    shared,
    tiles,
    css`
      .tiles {
        grid-template-columns: minmax(180px, 1fr) minmax(0, 2.4fr) minmax(170px, 1fr) minmax(170px, 1fr);
      }
      .line {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
      }
      .line .spark {
        flex: 1;
        min-width: 0;
        max-width: 150px;
        height: 30px;
      }
      .more {
        position: absolute;
        top: 6px;
        right: 6px;
        display: inline-flex;
        align-items: center;
        padding: 0 4px;
        min-height: 24px;
      }
      .parts {
        position: absolute;
        z-index: 5;
        top: calc(100% + 4px);
        left: 0;
        width: min(460px, calc(100vw - 32px));
        padding: 12px 14px;
        background: var(--raised);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        box-shadow: var(--shadow);
      }
      @media (max-width: 1000px) {
        .tiles {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .agents {
          grid-column: 1 / -1;
          order: 1;
        }
        .health {
          grid-column: 1 / -1;
        }
      }
      @media (max-width: 640px) {
        .line .spark {
          max-width: 80px;
        }
      }
    `,
  ];

  render() {
    const overview = this.overview;
    return html`<div class="tiles">
      ${this.#health(overview?.health)}
      ${this.#agents(overview?.agents)}
      ${this.#flow("Ticks per second", overview, "ticks", 1)}
      ${this.#flow("Failures per minute", overview, "failures", 60)}
    </div>`;
  }

  #health(health) {
    const score = health?.score ?? NaN;
    const tone = scoreTone(score);
    return html`<section class="card health" aria-labelledby="health" @mouseleave=${() => (this.expanded = false)}
        @keydown=${(event) => event.key === "Escape" && (this.expanded = false)}>
      <h2 id="health">System health</h2>
      <div class="figure">${Number.isFinite(score) ? Math.round(score) : "–"}
        <small class=${tone}>${mark(tone)} ${scoreWord(score)}</small></div>
      <div class="line">${sparkline(this.overview?.minutes?.health, { width: 150, height: 22 })}</div>
      ${health?.parts?.length ? html`<button class="bare more" aria-expanded=${this.expanded ? "true" : "false"} aria-controls="parts"
        @click=${() => (this.expanded = !this.expanded)} @mouseenter=${() => (this.expanded = true)}>Parts${down}</button>` : nothing}
      ${this.expanded ? html`<div class="parts" id="parts"><mainstay-health-parts .health=${health}></mainstay-health-parts></div>` : nothing}
    </section>`;
  }

  #agents(agents) {
    const states = STATE_ORDER.map((state) => [state, agents?.byState?.[state] ?? 0]).filter(([, number]) => number > 0);
    return html`<section class="card agents" aria-label="Agents by state">
      <h2>Agents</h2>
      <div class="figure">${agents ? count(agents.total) : "–"}</div>
      <div class="bar" aria-hidden="true">${states.map(([state, number]) => html`<i class=${stateTone(state)} .style=${`flex:${number}`}></i>`)}</div>
      <div class="states">${states.map(([state, number]) => this.#state(state, number))}</div>
    </section>`;
  }

  #state(state, number) {
    const pressed = this.filter?.state === state;
    return html`<button class=${stateTone(state)} aria-pressed=${pressed ? "true" : "false"}
      title=${pressed ? "Show agents in every state" : `Show only agents that are ${state}`}
      @click=${() => this.dispatchEvent(new CustomEvent("filter", { detail: { state: pressed ? "" : state }, bubbles: true, composed: true }))}>
      ${mark(stateTone(state))}<b>${count(number)}</b> ${state}</button>`;
  }

  #flow(title, overview, name, factor) {
    const minutes = overview?.minutes;
    const current = minutes ? perSecond(minutes, minutes[name]) * factor : NaN;
    return html`<section class="card" aria-label=${title}>
      <h2>${title}</h2>
      <div class="line"><div class="figure">${rate(current)}</div>
        ${minutes ? sparkline(minutes[name].slice(0, -1), { width: 150, height: 30 }) : nothing}</div>
      <p class="muted">${minutes ? this.#context(minutes, name) : nothing}</p>
    </section>`;
  }

  #context(minutes, name) {
    const stored = minutes[name].filter((value) => value != null);
    const total = stored.reduce((sum, value) => sum + value, 0);
    return stored.length === 0 ? "nothing stored yet" : `${count(total)} in the last ${stored.length} min`;
  }
}

customElements.define("mainstay-overview-tiles", OverviewTiles);

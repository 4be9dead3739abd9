// One agent in one line.

import { LitElement, html, svg, css, nothing } from "lit";
import { everySecond, horizon, since } from "./clock.js";
import { age, count, duration, milliseconds, moment } from "./format.js";
import { describe, HEIGHT, isOverdue, paths, slots, SLOTS, WIDTH } from "./heartbeats.js";
import { mark } from "./icons.js";
import { sparkline } from "./sparkline.js";
import { beats, healthWord, scoreTone, stateTone } from "./tones.js";
import { shared } from "./styles.js";

/** The columns, for the head and the rows alike; what finds no room leaves, the least telling first. */
export const GRID = css`
  .grid {
    display: grid;
    align-items: center;
    gap: 0 12px;
    padding: 0 12px;
    grid-template-columns: 52px minmax(150px, 1.8fr) minmax(90px, 0.9fr) minmax(116px, 1fr) minmax(70px, 0.6fr) 159px 116px 58px 56px minmax(120px, 1.6fr);
  }
  .failures,
  .beat {
    text-align: right;
  }
  @container table (max-width: 1150px) {
    .grid {
      grid-template-columns: 52px minmax(150px, 1.8fr) minmax(116px, 1fr) minmax(64px, 0.6fr) 159px 116px 58px 56px minmax(110px, 1.5fr);
    }
    .grid > .kind {
      display: none;
    }
  }
  @container table (max-width: 1030px) {
    .grid {
      grid-template-columns: 52px minmax(140px, 1.8fr) minmax(116px, 1fr) minmax(64px, 0.6fr) 159px 116px 58px 56px;
    }
    .grid > .error {
      display: none;
    }
  }
  @container table (max-width: 900px) {
    .grid {
      grid-template-columns: 52px minmax(110px, 1.8fr) minmax(112px, 1fr) 159px 58px 56px;
    }
    .grid > .node,
    .grid > .tick {
      display: none;
    }
  }
`;

class AgentRow extends LitElement {
  static properties = { row: {} };

  static styles = [
    shared,
    GRID,
    css`
      :host {
        cursor: pointer;
        border-bottom: 1px solid var(--line);
      }
      :host(:hover) {
        background: var(--hover);
      }
      :host([aria-selected="true"]) {
        background: var(--chosen);
      }
      :host(:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
        border-radius: 4px;
      }
      .grid {
        height: 100%;
      }
      .grid > * {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .score {
        display: inline-flex;
        align-items: center;
        gap: 5px;
        font-weight: 600;
      }
      .id {
        font-weight: 600;
      }
      .state {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .state .mark {
        flex: none;
      }
      .strip svg {
        display: block;
      }
      .tick {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
      }
      .error {
        font-size: 12px;
      }
      .failures.some {
        color: var(--bad-text);
        font-weight: 600;
      }
      .overdue {
        color: var(--warn-text);
        font-weight: 600;
      }
      @container table (max-width: 660px) {
        .grid {
          grid-template-columns: 44px minmax(0, 1fr) auto;
          grid-template-areas: "health id state" "health strip beat";
          align-content: center;
          gap: 4px 8px;
          padding: 0 10px;
        }
        .health {
          grid-area: health;
        }
        .id {
          grid-area: id;
        }
        .state {
          grid-area: state;
          justify-content: flex-end;
        }
        .strip {
          grid-area: strip;
        }
        .beat {
          grid-area: beat;
        }
        .phase,
        .grid > .failures {
          display: none;
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
    const { agent, recent } = this.row;
    const score = agent.health ?? NaN;
    return html`<div class="grid" role="presentation">
      <div role="gridcell" class="health ${scoreTone(score)}"><span class="score" title="Health: ${healthWord(agent)}">${mark(scoreTone(score))}${Number.isFinite(score)
        ? Math.round(score) : "–"}</span><span class="hidden">${healthWord(agent)}</span></div>
      <div role="gridcell" class="id" title=${agent.description || agent.id}>${agent.id}</div>
      <div role="gridcell" class="kind muted" title=${agent.kind}>${agent.kind}</div>
      <div role="gridcell" class="state ${stateTone(agent.state)}" title=${agent.cause}>${mark(stateTone(agent.state))}${this.#state(agent)}</div>
      <div role="gridcell" class="node muted" title=${agent.node ?? ""}>${agent.node ?? (agent.source === "http" ? "outside" : "–")}</div>
      <div role="gridcell" class="strip">${strip(agent, recent)}</div>
      <div role="gridcell" class="tick">${sparkline(recent.map((heartbeat) => heartbeat.tickMs ?? NaN), { width: 56, slots: SLOTS })}<span>${duration(agent.lastDurationMs ?? NaN)}</span></div>
      ${this.#beat(agent)}
      <div role="gridcell" class="failures ${agent.failures > 0 ? "some" : "muted"}">${count(agent.failures)}</div>
      <div role="gridcell" class="error muted" title=${agent.lastError ?? ""}>${agent.lastError ?? ""}</div>
    </div>`;
  }

  #state(agent) {
    const paused = agent.desired === "paused" && agent.state === "active";
    const busy = agent.state === "active" && agent.phase === "working" ? agent.phase : "";
    if (paused) return html`<span>${agent.state}, <b class="warn">paused</b></span>`;
    return html`<span>${agent.state}${busy ? html`<span class="phase muted"> ${busy}</span>` : nothing}</span>`;
  }

  #beat(agent) {
    const silent = since(agent.lastHeartbeat);
    const overdue = beats(agent.state) && isOverdue(horizon() - Date.parse(agent.lastHeartbeat ?? ""), milliseconds(agent.heartbeatInterval));
    return html`<div role="gridcell" class="beat ${overdue ? "overdue" : "muted"}" title=${agent.lastHeartbeat ? moment(agent.lastHeartbeat) : "no heartbeat yet"}>${agent.lastHeartbeat
      ? age(silent) : "–"}${overdue ? html`<span class="hidden"> overdue</span>` : nothing}</div>`;
  }
}

/** The heartbeat strip of an agent. */
export function strip(agent, recent) {
  const interval = milliseconds(agent.heartbeatInterval) || 10_000;
  const marks = slots(recent, interval, beats(agent.state) ? horizon() : NaN);
  const drawn = paths(marks);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width=${WIDTH} height=${HEIGHT} role="img" aria-label=${describe(marks)}>
    ${svg`<path d=${`M0 15.5h${WIDTH}`} stroke="var(--line)"/>
    <path d=${drawn.beat + drawn.failed} fill="var(--good-fill)"/><path d=${drawn.late} fill="var(--warn-fill)"/>
    <path d=${drawn.missing + drawn.failedTop} fill="var(--bad-fill)"/>`}
    <title>${describe(marks)}</title></svg>`;
}

customElements.define("mainstay-agent-row", AgentRow);

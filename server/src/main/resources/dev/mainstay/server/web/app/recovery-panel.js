// One episode of healing: found what, decided why, done what, measured again, and how long each took.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { href } from "./address.js";
import { everySecond } from "./clock.js";
import { clockTime, duration, moment } from "./format.js";
import { Hears } from "./hears.js";
import { close, mark } from "./icons.js";
import { panel, replacesList } from "./panels.js";
import { Reading } from "./reading.js";
import { course, patientOf, recoveryTone, recoveryWord, timings } from "./recoveries.js";
import { shared } from "./styles.js";
import { shortId } from "./tasks.js";

const REFRESH = 5_000;

class RecoveryPanel extends LitElement {
  static properties = { recoveryId: {}, fleet: {}, episode: { state: true } };

  static styles = [
    shared,
    panel,
    css`
      .times {
        display: flex;
        height: 8px;
        gap: 2px;
        margin-top: 8px;
      }
      .times i {
        min-width: 3px;
        border-radius: 2px;
        background: var(--fill);
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(96px, max-content));
        gap: 8px 22px;
      }
      .figures dt {
        font-size: 12px;
        color: var(--muted);
      }
      .figures dd {
        font-weight: 600;
      }
      .course li {
        display: grid;
        grid-template-columns: 10px 52px minmax(0, 1fr) auto;
        gap: 0 8px;
        align-items: baseline;
        padding: 5px 0;
      }
      .course li + li {
        border-top: 1px solid var(--line);
      }
      .course b {
        color: var(--text);
      }
      .course .words {
        color: var(--text);
        overflow-wrap: anywhere;
      }
      .course time {
        font-size: 12px;
      }
      .course .more {
        grid-column: 3 / -1;
        font-size: 12px;
        overflow-wrap: anywhere;
      }
      .course button {
        margin: 4px 0;
      }
    `,
  ];

  constructor() {
    super();
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    new Hears(this, "fleet", "news:event", ({ detail: { detail } }) => detail?.recovery === this.recoveryId && this.reading.soon());
  }

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.episode && !this.episode.endedAt && this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  willUpdate(changed) {
    if (!changed.has("recoveryId")) return;
    this.episode = null;
    this.reading.refusal = null;
    this.reading.now();
  }

  updated(changed) {
    if (changed.has("recoveryId") && replacesList()) this.renderRoot.querySelector("h2").focus({ preventScroll: true });
  }

  render() {
    const { episode } = this;
    const { refusal } = this.reading;
    return html`<section class="card" aria-labelledby="title">
      <header>
        <div>${episode ? html`<div class="status"><span class="chip ${recoveryTone(episode)}">${mark(recoveryTone(episode))}${recoveryWord(episode)}</span>
            <span class="muted">${moment(episode.detectedAt)}</span></div>` : nothing}
          <h2 id="title" tabindex="-1">${episode ? `${episode.cause} of ${patientOf(episode)}` : refusal ? "The episode cannot be shown" : "Reading…"}</h2></div>
        <button class="bare" aria-label="Close the episode" title="Close (Esc)" @click=${() => this.#tell("close-panel")}>${close}</button>
      </header>
      ${refusal ? html`<div class="part"><p class="bad" role="alert">${refusal.message}</p></div>` : nothing}
      ${episode ? this.#all(episode) : nothing}
    </section>`;
  }

  #all(episode) {
    const approves = this.fleet.canCommand && episode.state === "approval";
    return html`
      ${approves ? html`<div class="actions"><button class="primary" @click=${() => this.#tell("ask", this.#approval(episode))}>Approve…</button>
        <span class="muted">It waits for a person: ${episode.outcome}</span></div>` : nothing}
      <div class="part"><h3>Timings</h3>${this.#timings(episode)}</div>
      <div class="part"><h3>What happened</h3><ol class="course">${course(episode).map((line) => this.#line(episode, line))}</ol></div>
      <div class="part"><h3>Belongs to</h3><dl class="spec">
        ${episode.agent ? html`<dt>Agent</dt><dd><a href=${href("agents", episode.agent)}>${episode.agent}</a></dd>` : nothing}
        ${episode.queue ? html`<dt>Queue</dt><dd><a href=${href("queues", episode.queue)}>${episode.queue}</a></dd>` : nothing}
        <dt>Alert</dt><dd><a href=${href("alerts", episode.alert)}>${episode.summary}</a></dd></dl></div>`;
  }

  #timings(episode) {
    const { detect, act, verify, whole } = timings(episode);
    const steps = [["To detect", detect, "warn"], ["To act", act, "idle"], ["To verify", verify, "good"]];
    const drawn = steps.filter(([, time]) => Number.isFinite(time));
    return html`<dl class="figures">${[...steps, ["In all", whole]].map(([word, time]) => html`<div><dt>${word}</dt><dd>${duration(time)}</dd></div>`)}</dl>
      ${drawn.length > 0 ? html`<div class="times" aria-hidden="true">${drawn.map(([, time, tone]) => html`<i class=${tone} .style=${`flex:${Math.max(time, 1)}`}></i>`)}</div>` : nothing}
      <p class="muted">From when it began, as far as is known: ${moment(episode.beganAt)}.</p>`;
  }

  #line(episode, { step, at, tone, words, action, isTask, isMeasured }) {
    return html`<li class=${tone}>${mark(tone)}<b>${step}</b><span class="words">${words}</span>
      ${at ? html`<time class="muted" datetime=${at} title=${moment(at)}>${clockTime(at)}</time>` : html`<span></span>`}
      ${isTask ? html`<span class="more muted">task <a href=${href("tasks", action.task)}><code>${shortId(action.task)}</code></a>${action.endedAt
        ? ` · ${duration(Date.parse(action.endedAt) - Date.parse(action.decidedAt))}` : nothing}${said(action.result)}</span>${this.#undo(episode, action)}` : nothing}
      ${isMeasured && said(action.measured) ? html`<span class="more muted">${said(action.measured)}</span>` : nothing}
    </li>`;
  }

  /** What became of undoing the action, or the way to it; nothing where it cannot be undone. */
  #undo(episode, action) {
    if (action.undoneAt) return html`<span class="more muted">undone ${moment(action.undoneAt)}${action.undoResult ? `: ${action.undoResult}` : nothing}</span>`;
    if (!action.reversible || !action.endedAt) return nothing;
    const due = action.undoDueAt ? html` <span class="muted">${Date.parse(action.undoDueAt) > Date.now() ? `undone by itself ${moment(action.undoDueAt)}` : "is about to be undone"}</span>` : nothing;
    return html`<span class="more">${this.fleet.canCommand ? html`<button @click=${() => this.#tell("ask", this.#undoing(episode, action))}>Undo…</button>` : nothing}${due}</span>`;
  }

  #approval(episode) {
    return { verb: "Approve", subject: `${episode.cause} of ${patientOf(episode)}`, effect: `Let it be done: ${episode.outcome}.`,
      act: async (reason) => (this.episode = await api.post(api.recoveryPath(episode.id, "/approve"), { reason })) };
  }

  #undoing(episode, action) {
    return { verb: "Undo", subject: `${action.action} of ${patientOf(episode)}`, grave: true, effect: "What the action did is taken back within a second or two.",
      act: async (reason) => {
        await api.post(api.recoveryPath(episode.id, "/undo"), { action: action.ordinal, reason });
        this.reading.now();
      } };
  }

  async #read() {
    const id = this.recoveryId;
    const episode = await api.get(api.recoveryPath(id));
    if (id === this.recoveryId) this.episode = episode;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** What an action or a measurement told, in words. */
function said(result) {
  const parts = Object.entries(result ?? {}).map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return parts.length === 0 ? "" : ` · ${parts.join(", ")}`;
}

customElements.define("mainstay-recovery-panel", RecoveryPanel);

// What happened to an agent, on the axis of time: its states, its heartbeats with their gaps, its alerts, its healing.

import { LitElement, html, svg, css, nothing } from "lit";
import { alertTone } from "./alerts.js";
import { href } from "./address.js";
import { clockTime, duration, moment, plural } from "./format.js";
import { ROOM, share } from "./lanes.js";
import { recoveryTone, recoveryWord } from "./recoveries.js";
import { shared } from "./styles.js";
import { stateTone } from "./tones.js";

const GAPS_TOLD = 5;
const WIDTH = 1_000;

class LifeLanes extends LitElement {
  static properties = { range: {}, states: {}, beats: {}, beatsFrom: {}, alerts: {}, episodes: {} };

  static styles = [
    shared,
    css`
      .lane {
        display: grid;
        grid-template-columns: ${ROOM.left - 8}px minmax(0, 1fr);
        column-gap: 8px;
        padding-right: ${ROOM.right}px;
        align-items: center;
        min-height: 24px;
      }
      .lane > span {
        font-size: 12px;
        color: var(--muted);
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .track {
        position: relative;
        height: 18px;
        background: var(--ground);
        border-radius: 3px;
        overflow: hidden;
      }
      .track > * {
        position: absolute;
        top: 0;
        bottom: 0;
        min-width: 3px;
        overflow: hidden;
        white-space: nowrap;
        font-size: 11px;
        line-height: 18px;
        container-type: inline-size;
        background: var(--tint);
        border-left: 2px solid var(--fill);
        text-decoration: none;
        color: inherit;
      }
      .track > * > span {
        padding: 0 4px;
      }
      @container (max-width: 58px) {
        .track > * > span {
          display: none;
        }
      }
      .track a:hover {
        text-decoration: underline;
      }
      .track a:focus-visible {
        outline-offset: -2px;
      }
      svg {
        display: block;
        width: 100%;
        height: 18px;
      }
      p {
        padding: 2px ${ROOM.right}px 4px ${ROOM.left}px;
        font-size: 12px;
      }
    `,
  ];

  render() {
    return html`
      ${this.#lane("State", this.states.map((span) => html`<div class=${stateTone(span.state)} .style=${this.#place(span.from, span.to)}
        title="${span.state}${span.cause ? `: ${span.cause}` : ""}, ${clockTime(span.from)} for ${duration(span.to - span.from)}"><span>${span.state}</span></div>`), this.#stateWords())}
      ${this.#heartbeats()}
      ${this.#lane("Alerts", this.alerts.map((alert) => this.#link(alertTone(alert), alert.firedAt ?? alert.beganAt, alert.resolvedAt, href("alerts", alert.id), `${alert.severity}: ${alert.rule}, ${alert.summary}`, alert.rule)))}
      ${this.#lane("Healing", this.episodes.map((episode) => this.#link(recoveryTone(episode), episode.detectedAt, episode.endedAt, href("recoveries", episode.id), `${episode.cause}, ${recoveryWord(episode)}: ${episode.outcome}`, episode.cause)))}`;
  }

  #lane(name, marks, label) {
    return html`<div class="lane"><span>${name}</span><div class="track" role=${label ? "img" : nothing} aria-label=${label ?? nothing}>${marks}</div></div>`;
  }

  #link(tone, from, to, target, title, words) {
    return html`<a class=${tone} href=${target} title=${title} aria-label=${title} .style=${this.#place(Date.parse(from), to ? Date.parse(to) : this.range.to)}><span>${words}</span></a>`;
  }

  #place(from, to) {
    const left = share(from, this.range);
    return `left:${left * 100}%;width:${(share(to, this.range) - left) * 100}%`;
  }

  #stateWords() {
    return this.states.map((span) => `${span.state} from ${clockTime(span.from)} for ${duration(span.to - span.from)}`).join("; ");
  }

  #heartbeats() {
    if (!this.beats) return this.#lane("Beats", nothing, "Heartbeats are being read");
    const { alive, gaps, failed } = this.beats;
    const owed = gaps.filter((gap) => gap.owed);
    const words = owed.length === 0 ? "heartbeats without a gap" : `${owed.length} gaps in the heartbeats`;
    const box = ({ from, to }, top, height, least) => {
      const x = share(from, this.range) * WIDTH;
      return `M${x.toFixed(2)} ${top}h${Math.max(least, share(to, this.range) * WIDTH - x).toFixed(2)}v${height}H${x.toFixed(2)}z`;
    };
    const draw = (spans, top, height, least = 1) => spans.map((span) => box(span, top, height, least)).join("");
    return html`<div class="lane"><span>Beats</span><div role="img" aria-label=${alive.length === 0 ? "No heartbeats in this time" : words}>
        <svg viewBox="0 0 ${WIDTH} 18" preserveAspectRatio="none" aria-hidden="true">${svg`
          <path d=${draw(alive, 3, 12)} fill="var(--good-fill)"/>
          <path d=${draw(gaps.filter((gap) => !gap.owed), 8, 2)} fill="var(--idle-fill)"/>
          <path d=${draw(owed, 1, 16, 2)} fill="var(--bad-fill)"/>
          <path d=${draw(failed.map((at) => ({ from: at, to: at })), 1, 6, 2)} fill="var(--bad-fill)"/>`}</svg></div></div>
      ${this.#gapWords(alive, owed, failed)}`;
  }

  /** What the strip shows, in words: for those who do not see it, and to the second. */
  #gapWords(alive, owed, failed) {
    const told = owed.slice(-GAPS_TOLD).reverse().map((gap) => `${clockTime(gap.from)} for ${duration(gap.to - gap.from)}`);
    const parts = [
      alive.length === 0 ? "No heartbeats in this time" : owed.length === 0 ? "No gap" : `${owed.length === 1 ? "1 gap" : `${owed.length} gaps`}: ${told.join(", ")}${owed.length > GAPS_TOLD ? ` and ${owed.length - GAPS_TOLD} before` : ""}`,
      failed.length > 0 && `${plural(failed.length, "heartbeat")} ${failed.length === 1 ? "tells" : "tell"} of failures (red at the top)`,
      this.beatsFrom && `heartbeats before ${moment(this.beatsFrom)} are not drawn`,
    ].filter(Boolean);
    return html`<p class="muted">${parts.join("; ")}.</p>`;
  }
}

customElements.define("mainstay-life-lanes", LifeLanes);

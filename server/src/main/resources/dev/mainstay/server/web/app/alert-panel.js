// One alert in full: what is wrong and why it was told, the rows it was found in, what heals it, and the answers to it.

import { LitElement, html, css, nothing } from "lit";
import { canAcknowledge, canResolve } from "./alert-orders.js";
import { alertTone, conditionWords, firedFor, heapOf, rowsPath, subjectOf } from "./alerts.js";
import * as api from "./api.js";
import { href } from "./address.js";
import { everySecond, now, since } from "./clock.js";
import { age, ago, duration, moment } from "./format.js";
import { Hears } from "./hears.js";
import { close, mark } from "./icons.js";
import { panel, replacesList } from "./panels.js";
import { Reading } from "./reading.js";
import { recoveryTone } from "./recoveries.js";
import { shared } from "./styles.js";
import { severityTone } from "./tones.js";
import "./evidence-rows.js";

const REFRESH = 5_000;
const EPISODES = 20;
const DELIVERIES = { sent: "good", waiting: "warn", "given-up": "bad" };
const STATE_WORDS = { open: "firing", quiet: "firing, not told" };
/** What is said elsewhere, or is for machines. */
const UNSAID = ["table", "series", "ids"];

const spell = (value) => (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? moment(value)
  : typeof value === "number" ? String(Math.round(value * 1_000) / 1_000) : typeof value === "object" ? JSON.stringify(value) : String(value));
const words = (name) => name[0].toUpperCase() + name.slice(1).replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

class AlertPanel extends LitElement {
  static properties = { alertId: {}, fleet: {}, rules: {}, silences: {}, query: {}, alert: { state: true }, episodes: { state: true }, told: { state: true }, impact: { state: true } };

  static styles = [
    shared,
    panel,
    css`
      .why {
        font-size: 14px;
        overflow-wrap: anywhere;
      }
      .episode {
        display: flex;
        gap: 8px;
        align-items: baseline;
      }
    `,
  ];

  constructor() {
    super();
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    new Hears(this, "fleet", "news:event", ({ detail }) => this.#concerns(detail) && this.reading.soon());
  }

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  willUpdate(changed) {
    if (!changed.has("alertId")) return;
    this.alert = null;
    this.episodes = [];
    this.told = null;
    this.impact = null;
    this.reading.refusal = null;
    this.reading.now();
  }

  updated(changed) {
    if (changed.has("alertId") && replacesList()) this.renderRoot.querySelector("h2").focus({ preventScroll: true });
  }

  /** Reads it again, after an answer. */
  refresh() {
    return this.reading.now();
  }

  render() {
    const { alert } = this;
    return html`<section class="card" aria-labelledby="title">
      <header>
        <div>${alert ? this.#status(alert) : nothing}<h2 id="title" tabindex="-1">${alert ? alert.summary : this.reading.refusal ? "The alert cannot be shown" : "Reading…"}</h2></div>
        <button class="bare" aria-label="Close the alert" title="Close (Esc)" @click=${() => this.#tell("close-panel")}>${close}</button>
      </header>
      ${this.reading.refusal ? html`<div class="part"><p class="bad" role="alert">${this.reading.refusal.message}</p></div>` : nothing}
      ${alert ? this.#all(alert) : nothing}
    </section>`;
  }

  #status(alert) {
    const tone = alertTone(alert);
    const state = STATE_WORDS[heapOf(alert)] ?? alert.state;
    return html`<div class="status">
      <span class="chip ${severityTone(alert.severity)}">${mark(severityTone(alert.severity))}${alert.severity}</span>
      <span class="chip ${alert.state === "firing" ? tone : "idle"}">${state}</span>
      ${alert.flapping ? html`<span class="chip warn" title="It fired again and again, and is told once until it has been gone for ten minutes.">flaps</span>` : nothing}
      <span class="muted">${alert.firedAt ? `for ${age(firedFor(alert, now()))}` : "not fired yet"}</span>
    </div>`;
  }

  #all(alert) {
    return html`
      ${this.fleet.canCommand ? this.#actions(alert) : nothing}
      <div class="part">${this.#why(alert)}</div>
      <div class="part"><h3>Found in</h3>${this.#evidence(alert)}</div>
      <div class="part"><h3>Course</h3>${this.#course(alert)}</div>
      ${alert.agent ? html`<div class="part"><h3>Healing</h3>${this.#healing(alert)}</div>` : nothing}
      ${this.told ? html`<div class="part"><h3>Who was told</h3>${this.#deliveries(this.told)}</div>` : nothing}`;
  }

  #actions(alert) {
    const order = (kind, word, key, style) => html`<button class=${style} aria-keyshortcuts=${key} @click=${() => this.#tell("answer", { kind, alerts: [alert] })}>${word}…<kbd aria-hidden="true">${key}</kbd></button>`;
    const offered = [
      canAcknowledge(alert) ? order("acknowledge", "Acknowledge", "a", "primary") : nothing,
      canResolve(alert) ? order("silence", "Silence", "s", "") : nothing,
      canResolve(alert) ? order("resolve", "Resolve", "r", "") : nothing,
    ].filter((each) => each !== nothing);
    return offered.length === 0 ? nothing : html`<div class="actions" role="group" aria-label="Answers">${offered}</div>`;
  }

  /** Whom it is about, which rule told it, and where it says what to do. */
  #why(alert) {
    const rule = this.#rule(alert);
    const lines = [
      [alert.agent ? "Agent" : alert.node ? "Node" : "About", alert.agent ? html`<a href=${href("agents", alert.agent)}>${alert.agent}</a>${alert.node ? html` <span class="muted">on ${alert.node}</span>` : nothing}` : subjectOf(alert) || "the whole fleet"],
      ["Rule", html`${alert.rule}${rule ? html` <span class="muted">${rule.source === "builtin" ? "(comes with Mainstay)" : `(${rule.source === "file" ? "mainstay.yml" : rule.source})`}</span>` : html` <span class="muted">(is gone)</span>`}`],
      ["Fires when", rule && conditionWords(rule.definition)],
      ["Meaning", rule?.definition.summary],
      ["SLO", alert.labels.slo && html`<a href=${href("slos", alert.labels.slo)}>${alert.labels.slo}</a>`],
      ["Queue", alert.evidence.queue && html`<a href=${href("queues", alert.evidence.queue)}>${alert.evidence.queue}</a>`],
      ["Value", alert.value === null ? null : spell(alert.value)],
      ["Costs so far", this.impact?.length > 0 ? this.impact.map(({ lost, usualAnHour }) => `about ${lost.amount} ${lost.currency} (usually ${usualAnHour.amount} an hour)`).join(", ") : null],
      ["Runbook", alert.runbook ? runbookLink(alert.runbook) : null],
    ];
    return html`<h3>Why</h3><dl class="spec">${lines.filter(([, value]) => value != null && value !== "").map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      ${alert.runbook ? nothing : html`<p class="muted">No runbook: give the rule one, and it is linked here.</p>`}`;
  }

  #rule(alert) {
    return this.rules?.find((rule) => rule.name === alert.rule);
  }

  #evidence(alert) {
    const figures = Object.entries(alert.evidence ?? {}).filter(([name, value]) => !UNSAID.includes(name) && value != null);
    return html`<dl class="spec">
        <dt>Table</dt><dd><code>${alert.evidence?.table ?? "not said"}</code></dd>
        ${figures.map(([name, value]) => html`<dt>${words(name)}</dt><dd>${spell(value)}</dd>`)}</dl>
      <mainstay-evidence-rows .of=${alert.id} .path=${rowsPath(alert, this.#rule(alert)?.definition)}></mainstay-evidence-rows>`;
  }

  #course(alert) {
    const silence = this.silences?.find((each) => each.id === alert.silence);
    const at = (stamp, more) => html`<span title=${moment(stamp)}>${ago(since(stamp))}</span>${more}`;
    const lines = [
      ["Began", at(alert.beganAt, nothing)],
      ["Fired", alert.firedAt && at(alert.firedAt, html` <span class="muted">${duration(Date.parse(alert.firedAt) - Date.parse(alert.beganAt))} after it began</span>`)],
      ["Fired before", alert.openings > 1 && `${alert.openings - 1} times as the same alert`],
      ["Seen last", alert.state === "resolved" ? null : at(alert.seenAt, nothing)],
      ["Silenced", alert.silence && (silence ? `until ${moment(silence.endsAt)}: ${silence.reason}` : "yes, by a silence that has ended since")],
      ["Spoken for", alert.inhibitedBy && html`by <a href=${href("alerts", alert.inhibitedBy, this.query)}>a graver alert</a>`],
      ["Acknowledged", alert.acknowledgedAt && at(alert.acknowledgedAt, ` by ${alert.acknowledgedBy}`)],
      ["Resolved", alert.resolvedAt && at(alert.resolvedAt, alert.resolvedBy ? ` by ${alert.resolvedBy}` : ": its condition held no more")],
      ["Note", alert.note],
    ];
    return html`<dl class="spec">${lines.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  #healing(alert) {
    if (this.episodes.length > 0) {
      return html`<ul>${this.episodes.map((episode) => html`<li class="episode">
        <span class="chip ${recoveryTone(episode)}">${mark(recoveryTone(episode))}${episode.state}</span>
        <span><a href=${href("recoveries", episode.id)}>${episode.cause}</a> <span class="muted">${episode.outcome}</span></span></li>`)}</ul>`;
    }
    return html`<p class="muted">No episode of healing belongs to it: <a href="/recoveries">the recovery log</a> shows which causes are treated.</p>`;
  }

  #deliveries(told) {
    if (told.length === 0) return html`<p class="muted">Nobody yet: a group of warnings waits ten seconds, and what is silenced or spoken for is not told.</p>`;
    return html`<ul>${told.map(({ notifier, kind, state, attempts, createdAt, sentAt, nextTryAt, error }) => html`<li class="episode">
      <span class="chip ${DELIVERIES[state] ?? "idle"}">${mark(DELIVERIES[state] ?? "idle")}${state}</span>
      <span><b>${notifier}</b> of ${kind} <span class="muted" title=${moment(sentAt ?? createdAt)}>${ago(since(sentAt ?? createdAt))}${attempts > 1 ? `, ${attempts} tries` : ""}${state === "waiting" && nextTryAt ? `, tried again ${moment(nextTryAt)}` : ""}</span>
        ${error ? html`<span class="bad">${error}</span>` : nothing}</span></li>`)}</ul>`;
  }

  async #read() {
    const id = this.alertId;
    const alert = await api.get(api.alertPath(id));
    const [page, told, impact] = await Promise.all([
      alert.agent ? api.get("/api/v1/recoveries", { agent: alert.agent, limit: EPISODES }) : { items: [] },
      api.get("/api/v1/notifications", { alert: id, limit: EPISODES }),
      api.get(api.alertPath(id, "/impact")),
    ]);
    if (id !== this.alertId) return;
    this.told = told.items;
    this.impact = impact.items;
    this.alert = alert;
    this.episodes = page.items.filter((episode) => episode.alert === id);
    this.#tell("alert-read", alert);
  }

  #concerns({ type, agent, detail }) {
    return detail?.alert === this.alertId || type === "alert.silenced" || (type.startsWith("recovery.") && agent === this.alert?.agent);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** A link where it is an address of the web; a path or a name stays words. */
const runbookLink = (runbook) => (/^https?:\/\//.test(runbook) ? html`<a href=${runbook} target="_blank" rel="noopener noreferrer">${runbook}</a>` : runbook);

customElements.define("mainstay-alert-panel", AlertPanel);

// The inbox of alerts: what fires, one of it with its why, and the answers, by mouse or by keyboard, in one page.

import { LitElement, html, css, nothing } from "lit";
import { askToAcknowledge, askToResolve, askToSilence } from "./alert-orders.js";
import { chosen, counts, filterOf, GROUPINGS, HEAPS, heapOf, queryOf, rowsOf, SEVERITIES } from "./alerts.js";
import * as api from "./api.js";
import { go, href, replace } from "./address.js";
import { count, plural } from "./format.js";
import { Hears } from "./hears.js";
import { mark, search } from "./icons.js";
import { listing } from "./layouts.js";
import { split } from "./panels.js";
import { Reading } from "./reading.js";
import { SlashSearch } from "./slash-search.js";
import { screen, shared } from "./styles.js";
import { severityTone } from "./tones.js";
import "./alert-panel.js";
import "./alert-table.js";
import "./notifier-list.js";
import "./rule-list.js";
import "./silence-list.js";

const REFRESH = 5_000;
/** What an answer changes may need a round of the engine. */
const SETTLED = 2_000;
const PAGE = 1_000;
const MOST = 3_000;
const ENDED = 200;
const ASKS = { acknowledge: askToAcknowledge, silence: askToSilence, resolve: askToResolve };
const KEYS = { a: "acknowledge", s: "silence", r: "resolve" };

class AlertsScreen extends LitElement {
  static properties = { fleet: {}, place: {}, alerts: { state: true }, ended: { state: true }, silences: { state: true }, rules: { state: true }, notifiers: { state: true }, closed: { state: true } };

  static styles = [
    shared,
    screen,
    listing,
    split,
    css`
      .heaps {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 16px;
        align-items: center;
        padding: 8px 12px;
        border-bottom: 1px solid var(--line);
      }
      .choice {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .choice button {
        display: inline-flex;
        align-items: center;
        gap: 5px;
        border-color: transparent;
        background: none;
      }
      .choice button[aria-pressed="true"] {
        background: var(--chosen);
        border-color: var(--accent);
      }
      .choice b {
        color: var(--text);
      }
      mainstay-alert-table {
        flex: 1;
        min-height: 0;
      }
      .cut {
        padding: 6px 12px;
        border-top: 1px solid var(--line);
      }
    `,
  ];

  constructor() {
    super();
    this.alerts = null;
    this.ended = null;
    this.silences = null;
    this.rules = null;
    this.notifiers = null;
    this.closed = new Set();
    this.filter = filterOf({});
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    this.keys = (event) => this.#key(event);
    new Hears(this, "fleet", "news:event", ({ detail }) => detail.type.startsWith("alert.") && this.reading.soon());
    new SlashSearch(this);
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("keydown", this.keys);
    this.reading.now();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.keys);
  }

  willUpdate(changed) {
    if (!changed.has("place")) return;
    const before = this.filter.heap;
    this.filter = filterOf(this.place.query);
    if (before !== this.filter.heap && this.filter.heap === "resolved") this.reading.now();
  }

  render() {
    const { id, query } = this.place;
    const { refusal } = this.reading;
    return html`<main @answer=${(event) => this.#answer(event.detail.kind, event.detail.alerts)} @answered=${() => this.#changed()}
        @open-alert=${(event) => go(href("alerts", event.detail, query))} @fold=${(event) => this.#fold(event.detail)}
        @close-panel=${() => this.#close()} @alert-read=${(event) => (this.shown = event.detail)}>
      <h1 tabindex="-1">Alerts</h1>
      ${refusal ? html`<p class="error bad" role="alert">${refusal.message}</p>` : nothing}
      <div class="columns ${id ? "chosen" : ""}">
        <section class="card list" aria-label="Alerts">${this.#heaps()}${this.#tools()}${this.#list()}</section>
        <div class="rail">${id ? html`<mainstay-alert-panel .alertId=${id} .fleet=${this.fleet} .rules=${this.rules} .silences=${this.silences} .query=${query}></mainstay-alert-panel>`
          : html`<mainstay-silence-list .silences=${this.silences} .commandable=${this.fleet.canCommand}></mainstay-silence-list>
            <mainstay-notifier-list .notifiers=${this.notifiers} .commandable=${this.fleet.canCommand}></mainstay-notifier-list>
            <mainstay-rule-list .rules=${this.rules} .commandable=${this.fleet.canCommand}></mainstay-rule-list>`}</div>
      </div>
    </main>`;
  }

  /** All alerts of the heap that is looked at; null before they were read. */
  get #heap() {
    const all = this.filter.heap === "resolved" ? this.ended : this.alerts;
    return all?.filter((alert) => heapOf(alert) === this.filter.heap) ?? null;
  }

  get #rows() {
    return rowsOf(chosen(this.#heap ?? [], this.filter), this.filter.group, this.closed);
  }

  #heaps() {
    const { filter } = this;
    const severities = counts(this.#heap ?? []);
    const size = (heap) => this.alerts?.filter((alert) => heapOf(alert) === heap).length;
    return html`<div class="heaps">
      <div class="choice" role="group" aria-label="Which alerts">${HEAPS.map(([heap, word]) => html`<button aria-pressed=${filter.heap === heap ? "true" : "false"}
        @click=${() => this.#choose({ heap })}>${word}${heap === "resolved" || !this.alerts ? nothing : html` <b>${count(size(heap))}</b>`}</button>`)}</div>
      <div class="choice" role="group" aria-label="Filter by severity">${SEVERITIES.map((severity) => html`<button class=${severities[severity] === 0 ? "idle" : severityTone(severity)} aria-pressed=${filter.severity === severity ? "true" : "false"}
        @click=${() => this.#choose({ severity: filter.severity === severity ? "" : severity })}>${mark(severityTone(severity))}<b>${count(severities[severity])}</b> ${severity}</button>`)}</div>
    </div>`;
  }

  #tools() {
    const { filter } = this;
    return html`<div class="tools" role="search" aria-label="Filter alerts">
      <div class="search">${search}<input type="search" placeholder="Agent, rule or words" aria-label="Search alerts" aria-keyshortcuts="/" .value=${filter.q}
        @input=${(event) => this.#choose({ q: event.target.value.trimStart() })}><kbd aria-hidden="true">/</kbd></div>
      <select aria-label="Grouping" @change=${(event) => this.#choose({ group: event.target.value })}>
        ${GROUPINGS.map(([group, words]) => html`<option value=${group} .selected=${filter.group === group}>${words}</option>`)}</select>
      ${filter.q || filter.severity ? html`<button class="bare" @click=${() => this.#choose({ q: "", severity: "" })}>Clear</button>` : nothing}
      <span class="count muted" role="status">${this.#heap ? plural(chosen(this.#heap, filter).length, "alert") : nothing}</span>
    </div>`;
  }

  #list() {
    const rows = this.#rows;
    if (rows.length === 0) return this.#empty();
    return html`<mainstay-alert-table .rows=${rows} .chosen=${this.place.id} .query=${this.place.query}></mainstay-alert-table>
      ${this.cut ? html`<p class="cut muted">Only the newest ${count(MOST)} are shown; answer them by rule, or filter with <code>./mainstay alert list</code>.</p>` : nothing}`;
  }

  #empty() {
    const { filter } = this;
    if (!this.#heap) return this.reading.refusal ? nothing : html`<p class="empty muted" role="status">Reading alerts…</p>`;
    if (this.#heap.length > 0) return html`<div class="empty"><h2>No alert matches</h2>
      <p class="muted">${plural(this.#heap.length, "alert")} in all. <button class="link" @click=${() => this.#choose({ q: "", severity: "" })}>Clear the filters</button></p></div>`;
    if (filter.heap === "quiet") return html`<div class="empty"><h2>Nothing is kept quiet</h2><p class="muted">Alerts that fire lie here while a silence covers them or a graver alert speaks for them.</p></div>`;
    if (filter.heap === "acknowledged") return html`<div class="empty"><h2>Nobody takes care of an alert</h2><p class="muted">Acknowledge one with <b>a</b>, and it lies here until it is over.</p></div>`;
    if (filter.heap === "resolved") return html`<div class="empty"><h2>No alert has ended yet</h2><p class="muted">The newest ${count(ENDED)} that are over are listed here.</p></div>`;
    const on = this.rules?.filter((rule) => rule.enabled) ?? [];
    if (on.length === 0) return html`<div class="empty"><h2>No rule is looked at yet</h2><p class="muted">Every fleet begins with some: start a node, and they are in force.</p><pre tabindex="0">./mainstay up</pre></div>`;
    return html`<div class="empty"><h2>Nothing to answer</h2>
      <p class="muted">${plural(on.length, "rule")} ${on.length === 1 ? "is" : "are"} watched: ${on.map((rule) => rule.name).join(", ")}. What fires comes here by itself.</p>
      <p>See what each looks for:</p><pre tabindex="0">./mainstay alert rules</pre></div>`;
  }

  #choose(change) {
    replace(href("alerts", this.place.id, queryOf({ ...this.filter, ...change })));
  }

  #fold(key) {
    const closed = new Set(this.closed);
    if (!closed.delete(key)) closed.add(key);
    this.closed = closed;
  }

  async #close() {
    const { id } = this.place;
    go(href("alerts", "", this.place.query));
    await this.updateComplete;
    this.#table?.focusRow(id);
  }

  get #table() {
    return this.renderRoot.querySelector("mainstay-alert-table");
  }

  /** a, s and r answer what has the focus: a row, a whole group, or else the alert that is open. Escape closes it. */
  #key(event) {
    const path = event.composedPath();
    if (event.ctrlKey || event.metaKey || event.altKey || path.some((node) => node.localName === "dialog") || ["INPUT", "TEXTAREA", "SELECT"].includes(path[0].tagName)) return;
    if (event.key === "Escape" && this.place.id) return this.#close();
    this.leaving = null;
    if (!(event.key in KEYS) || !this.fleet.canCommand) return;
    const key = path.find((node) => node.classList?.contains("row"))?.dataset.key;
    const row = this.#rows.find((each) => each.key === (key ?? this.place.id));
    const alerts = row ? (row.members ?? [row.alert]) : this.shown?.id === this.place.id ? [this.shown] : [];
    if (alerts.length === 0) return;
    event.preventDefault();
    this.#answer(KEYS[event.key], alerts, key);
  }

  /** Asks; an answered row that leaves the list hands the focus on to the row behind it. */
  #answer(kind, alerts, key) {
    const rows = this.#rows;
    const request = ASKS[kind](alerts, () => {
      this.leaving = key ? { key, rows } : null;
      this.#changed();
    });
    if (request) this.dispatchEvent(new CustomEvent("ask", { detail: request, bubbles: true, composed: true }));
  }

  #changed() {
    this.reading.now();
    this.renderRoot.querySelector("mainstay-alert-panel")?.refresh();
    setTimeout(() => this.isConnected && this.reading.now(), SETTLED);
  }

  updated() {
    const left = new Set(this.leaving && this.#rows.map((row) => row.key));
    if (!this.leaving || left.has(this.leaving.key)) return;
    const { key, rows } = this.leaving;
    this.leaving = null;
    const place = rows.findIndex((row) => row.key === key);
    const next = [...rows.slice(place), ...rows.slice(0, place).reverse()].find((row) => left.has(row.key));
    if (next) this.#table?.updateComplete.then(() => this.#table?.focusRow(next.key));
  }

  async #read() {
    const { heap } = this.filter;
    const [firing, taken, silences, rules, notifiers, ended] = await Promise.all([
      this.#all("firing"), this.#all("acknowledged"), api.all("/api/v1/silences"), api.all("/api/v1/alert-rules"), api.get("/api/v1/notifiers"),
      heap === "resolved" ? api.get("/api/v1/alerts", { state: "resolved", limit: ENDED }) : null,
    ]);
    this.alerts = [...firing, ...taken];
    this.silences = silences;
    this.rules = rules;
    this.notifiers = notifiers.items;
    if (ended) this.ended = ended.items;
  }

  /** The newest of a state, as many as a person can look through. */
  async #all(state) {
    const items = [];
    let cursor;
    do {
      const page = await api.get("/api/v1/alerts", { state, limit: PAGE, cursor });
      items.push(...page.items);
      cursor = page.next;
    } while (cursor && items.length < MOST);
    if (state === "firing") this.cut = Boolean(cursor);
    return items;
  }
}

customElements.define("mainstay-alerts-screen", AlertsScreen);

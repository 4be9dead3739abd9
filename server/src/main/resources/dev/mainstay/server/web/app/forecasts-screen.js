// What is expected of metrics, for the capacity that runs out and the limit that is reached; and what agents could be set to.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { go, href, replace } from "./address.js";
import { plural } from "./format.js";
import { AHEADS, filterOf } from "./forecast-words.js";
import { search } from "./icons.js";
import { listing } from "./layouts.js";
import { split } from "./panels.js";
import { Reading } from "./reading.js";
import { SlashSearch } from "./slash-search.js";
import { screen, shared } from "./styles.js";
import "./advice-list.js";
import "./forecast-panel.js";
import "./forecast-table.js";

const REFRESH = 60_000;
const PAGE = 50;
/** How much advice is shown that was taken and measured again, of each kind of end. */
const ANSWERED = 5;
const TYPING = 300;

class ForecastsScreen extends LitElement {
  static properties = { fleet: {}, place: {}, series: { state: true }, next: { state: true }, advice: { state: true } };

  static styles = [
    shared,
    screen,
    listing,
    split,
    css`
      mainstay-forecast-table {
        flex: 1;
        min-height: 0;
      }
      .limit {
        width: 110px;
      }
      .more {
        padding: 6px 12px;
        border-top: 1px solid var(--line);
      }
      .hint {
        padding: 10px 14px;
      }
    `,
  ];

  constructor() {
    super();
    this.series = null;
    this.next = null;
    this.advice = null;
    this.filter = null;
    this.keys = (event) => event.key === "Escape" && this.place.id && this.#close();
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    this.advising = new Reading(this, () => this.#readAdvice(), REFRESH);
    new SlashSearch(this);
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("keydown", this.keys);
    this.advising.now();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.keys);
    clearTimeout(this.typing);
  }

  willUpdate(changed) {
    if (!changed.has("place")) return;
    const filter = filterOf(this.place.query);
    if (JSON.stringify(filter) === JSON.stringify(this.filter)) return;
    this.filter = filter;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.reading.now(), this.series ? TYPING : 0);
  }

  render() {
    const { place, filter, series } = this;
    const { refusal } = this.reading;
    const chosen = series?.find((each) => String(each.id) === place.id);
    return html`<main @open-series=${(event) => go(href("forecasts", event.detail, filter))} @close-panel=${() => this.#close()} @answered=${() => this.advising.now()}>
      <h1 tabindex="-1">Forecasts</h1>
      ${refusal ? html`<p class="error bad" role="alert">${refusal.message}</p>` : nothing}
      <div class="columns ${place.id ? "chosen" : ""}">
        <section class="card list" aria-label="Series">${this.#tools()}${this.#list()}</section>
        <div class="rail">${place.id ? html`<mainstay-forecast-panel .series=${chosen} .ahead=${filter.ahead} .complete=${Boolean(series)}></mainstay-forecast-panel>`
          : html`<section class="card hint" aria-labelledby="how"><h2 id="how">How to read it</h2>
            <p class="muted">Each series is forecast by the way that was off least of late. The band is as wide as earlier forecasts were off. Give a limit, such as 0.95 of a disk, and those that reach it come first.</p></section>
          <mainstay-advice-list .advice=${this.advice} .refusal=${this.advising.refusal} .commandable=${this.fleet.canCommand}></mainstay-advice-list>`}</div>
      </div>
    </main>`;
  }

  #tools() {
    const { filter } = this;
    const agents = [...new Set([filter.agent, ...this.fleet.rows.values().map((row) => row.agent.id)])].filter(Boolean).sort();
    return html`<div class="tools" role="search" aria-label="Filter series">
      <div class="search">${search}<input type="search" placeholder="Metric: host.disk or host.*" aria-label="Metric" aria-keyshortcuts="/" .value=${filter.name}
        @input=${(event) => this.#choose({ name: event.target.value.trim() })}><kbd aria-hidden="true">/</kbd></div>
      <select aria-label="Filter by agent" @change=${(event) => this.#choose({ agent: event.target.value })}><option value="" .selected=${filter.agent === ""}>Any agent</option>
        ${agents.map((agent) => html`<option value=${agent} .selected=${filter.agent === agent}>${agent}</option>`)}</select>
      <select aria-label="How far ahead" @change=${(event) => this.#choose({ ahead: event.target.value })}>${AHEADS.map(([ahead, words]) => html`<option value=${ahead} .selected=${filter.ahead === ahead}>${words} ahead</option>`)}</select>
      <input class="limit" type="number" step="any" placeholder="Limit" aria-label="Limit, in the metric's unit" .value=${filter.reaches} @input=${(event) => this.#choose({ reaches: event.target.value })}>
      <span class="count muted" role="status">${this.series ? `${plural(this.series.length, "series").replace(/seriess$/, "series")}${this.next ? " and more" : ""}` : nothing}</span></div>`;
  }

  #list() {
    const { series } = this;
    if (!series) return this.reading.refusal ? nothing : html`<p class="empty muted" role="status">Reading forecasts…</p>`;
    if (series.length > 0) return html`<mainstay-forecast-table .rows=${series} .chosen=${this.place.id}></mainstay-forecast-table>
      ${this.next ? html`<p class="more"><button @click=${() => this.#more()}>More series</button></p>` : nothing}`;
    if (this.filter.name || this.filter.agent) return html`<div class="empty"><h2>No series matches</h2><p class="muted"><button class="link" @click=${() => this.#choose({ name: "", agent: "" })}>Clear the filters</button></p></div>`;
    return html`<div class="empty"><h2>Nothing was measured yet</h2><p>Metrics come with the ticks of agents. Look around with a fleet that keeps itself busy:</p><pre tabindex="0">./mainstay up --demo</pre></div>`;
  }

  #choose(change) {
    replace(href("forecasts", this.place.id, { ...this.filter, ...change }));
  }

  get #query() {
    return { ...this.filter, name: this.filter.name, limit: PAGE };
  }

  async #read() {
    const { filter } = this;
    const page = await api.get("/api/v1/metrics/forecast", this.#query);
    if (filter !== this.filter) return;
    this.next = page.next;
    this.series = arranged(page.items);
  }

  /** All that waits for an answer, and of what was taken the newest. */
  async #readAdvice() {
    const states = { open: 1_000, taken: PAGE, confirmed: ANSWERED, refuted: ANSWERED };
    const pages = await Promise.all(Object.entries(states).map(([state, limit]) => api.get("/api/v1/advice", { state, limit })));
    this.advice = pages.flatMap((page) => page.items);
  }

  async #more() {
    try {
      const page = await api.get("/api/v1/metrics/forecast", { ...this.#query, cursor: this.next });
      this.next = page.next;
      this.series = arranged([...this.series, ...page.items]);
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.reading.refusal = refusal;
      this.requestUpdate();
    }
  }

  async #close() {
    const { id } = this.place;
    go(href("forecasts", "", this.filter));
    await this.updateComplete;
    this.renderRoot.querySelector("mainstay-forecast-table")?.focusRow(id);
  }
}

/** Those that reach the limit first, then those of which something is expected, by name. */
const rank = (series) => (series.reachesAt ? Date.parse(series.reachesAt) : series.points.length > 0 ? Infinity : NaN);

function arranged(items) {
  const key = (series) => (Number.isNaN(rank(series)) ? Number.MAX_VALUE : Math.min(rank(series), 8.64e15));
  return [...items].sort((one, other) => key(one) - key(other) || (one.name < other.name ? -1 : one.name > other.name ? 1 : one.id - other.id));
}

customElements.define("mainstay-forecasts-screen", ForecastsScreen);

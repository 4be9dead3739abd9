// The recovery log: episodes of healing, one of them step by step, and how well healing does by cause.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { go, href, replace } from "./address.js";
import { plural } from "./format.js";
import { Hears } from "./hears.js";
import { listing } from "./layouts.js";
import { split } from "./panels.js";
import { Reading } from "./reading.js";
import { filterOf, isFiltered, STATES, stateWord } from "./recoveries.js";
import { screen, shared } from "./styles.js";
import "./recovery-panel.js";
import "./recovery-playbooks.js";
import "./recovery-success.js";
import "./recovery-table.js";

const REFRESH = 10_000;
const PAGE = 100;
const MOST = 1_000;

class RecoveryScreen extends LitElement {
  static properties = { fleet: {}, place: {}, episodes: { state: true }, success: { state: true }, playbooks: { state: true }, hasMore: { state: true } };

  static styles = [
    shared,
    screen,
    listing,
    split,
    css`
      mainstay-recovery-table {
        flex: 1;
        min-height: 0;
      }
      .more {
        padding: 6px 12px;
        border-top: 1px solid var(--line);
      }
    `,
  ];

  constructor() {
    super();
    this.episodes = null;
    this.success = null;
    this.hasMore = false;
    this.wanted = PAGE;
    this.filter = filterOf({});
    this.keys = (event) => event.key === "Escape" && this.place.id && !event.composedPath().some((node) => node.localName === "dialog") && this.#close();
    this.reading = new Reading(this, () => this.#read(), REFRESH);
    new Hears(this, "fleet", "news:event", ({ detail }) => detail.type.startsWith("recovery.") && this.reading.soon());
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("keydown", this.keys);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.keys);
  }

  willUpdate(changed) {
    if (!changed.has("place")) return;
    const filter = filterOf(this.place.query);
    if (this.episodes && filter.state === this.filter.state && filter.agent === this.filter.agent) {
      this.filter = filter;
      return;
    }
    this.filter = filter;
    this.wanted = PAGE;
    this.reading.now();
  }

  render() {
    const { id } = this.place;
    const { refusal } = this.reading;
    return html`<main @open-recovery=${(event) => go(href("recoveries", event.detail, this.filter))} @filter=${(event) => this.#choose(event.detail)} @close-panel=${() => this.#close()}>
      <h1 tabindex="-1">Recovery log</h1>
      ${refusal ? html`<p class="error bad" role="alert">${refusal.message}</p>` : nothing}
      <div class="columns ${id ? "chosen" : ""}">
        <section class="card list" aria-label="Episodes">${this.#tools()}${this.#list()}</section>
        <div class="rail">
          ${id ? html`<mainstay-recovery-panel .recoveryId=${id} .fleet=${this.fleet}></mainstay-recovery-panel>` : nothing}
          <mainstay-recovery-success .rows=${this.success} .cause=${this.filter.cause}></mainstay-recovery-success>
          ${id ? nothing : html`<mainstay-recovery-playbooks .playbooks=${this.playbooks}></mainstay-recovery-playbooks>`}
        </div>
      </div>
    </main>`;
  }

  /** The API finds by state and agent; of what it found, those of the cause. */
  get #rows() {
    const { cause } = this.filter;
    return (this.episodes ?? []).filter((episode) => !cause || episode.cause === cause);
  }

  #tools() {
    const { filter } = this;
    const causes = [...new Set([filter.cause, ...(this.success ?? []).map((row) => row.cause), ...(this.episodes ?? []).map((episode) => episode.cause)])].filter(Boolean).sort();
    const agents = [...new Set([filter.agent, ...this.fleet.rows.values().map((row) => row.agent.id)])].filter(Boolean).sort();
    const select = (field, all, values, word = (value) => value) => html`<select aria-label=${all.replace("Any", "Filter by")} @change=${(event) => this.#choose({ [field]: event.target.value })}>
      <option value="" .selected=${filter[field] === ""}>${all}</option>${values.map((value) => html`<option value=${value} .selected=${filter[field] === value}>${word(value)}</option>`)}</select>`;
    return html`<div class="tools" role="search" aria-label="Filter episodes">
      ${select("state", "Any state", STATES, stateWord)}${select("cause", "Any cause", causes)}${select("agent", "Any agent", agents)}
      ${isFiltered(filter) ? html`<button class="bare" @click=${() => this.#choose(filterOf({}))}>Clear</button>` : nothing}
      <span class="count muted" role="status">${this.episodes ? `${this.hasMore ? "newest " : ""}${plural(this.#rows.length, "episode")}` : nothing}</span>
    </div>`;
  }

  #list() {
    const rows = this.#rows;
    const older = this.hasMore ? html`<p class="more">${this.wanted < MOST ? html`<button @click=${() => this.#older()}>Older episodes</button>`
      : html`<span class="muted">There are more; choose an agent or a state to see further back.</span>`}</p>` : nothing;
    if (rows.length > 0) return html`<mainstay-recovery-table .rows=${rows} .chosen=${this.place.id} .query=${this.filter}></mainstay-recovery-table>${older}`;
    if (!this.episodes) return this.reading.refusal ? nothing : html`<p class="empty muted" role="status">Reading episodes…</p>`;
    if (isFiltered(this.filter)) return html`<div class="empty"><h2>No episode matches</h2><p class="muted"><button class="link" @click=${() => this.#choose(filterOf({}))}>Clear the filters</button></p></div>${older}`;
    return html`<div class="empty"><h2>Nothing had to be healed yet</h2>
      <p class="muted">An alert whose rule has a playbook opens an episode: what was found, what was decided and why, what was done, and whether it helped. See what each cause is answered with:</p>
      <pre tabindex="0">./mainstay recovery playbooks</pre></div>`;
  }

  #choose(change) {
    replace(href("recoveries", this.place.id, { ...this.filter, ...change }));
  }

  #older() {
    this.wanted = Math.min(MOST, this.wanted + 3 * PAGE);
    this.reading.now();
  }

  async #close() {
    const { id } = this.place;
    go(href("recoveries", "", this.filter));
    await this.updateComplete;
    this.renderRoot.querySelector("mainstay-recovery-table")?.focusRow(id);
  }

  async #read() {
    const { state, agent } = this.filter;
    const [page, success, playbooks] = await Promise.all([api.get("/api/v1/recoveries", { state, agent, limit: this.wanted }), api.get("/api/v1/recovery-success"),
      api.get("/api/v1/recovery-playbooks")]);
    if (state !== this.filter.state || agent !== this.filter.agent) return;
    this.episodes = page.items;
    this.hasMore = Boolean(page.next);
    this.success = success.items;
    this.playbooks = playbooks;
  }
}

customElements.define("mainstay-recovery-screen", RecoveryScreen);

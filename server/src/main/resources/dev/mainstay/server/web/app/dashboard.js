// The frame around the screens: signs in, keeps the fleet, shows the screen the address names, and asks before orders.

import { LitElement, html, css, nothing } from "lit";
import { follow, followLink, here } from "./address.js";
import { Refusal } from "./api.js";
import { Fleet } from "./fleet.js";
import { screenOf } from "./screens.js";
import * as session from "./session.js";
import { shared } from "./styles.js";
import "./command-dialog.js";
import "./sign-in.js";
import "./top-bar.js";

export class Dashboard extends LitElement {
  static properties = { stage: { state: true }, place: { state: true }, refusal: { state: true } };

  static styles = [
    shared,
    css`
      main {
        padding: 16px;
      }
      .center {
        max-width: 520px;
        margin: 16vh auto 0;
        padding: 24px;
        text-align: center;
      }
      .center :is(h1, h2) {
        font-size: 17px;
        margin-bottom: 6px;
      }
      .center p {
        margin-bottom: 16px;
      }
      @media (min-width: 1200px) and (min-height: 620px) {
        :host {
          display: grid;
          grid-template-rows: auto minmax(0, 1fr);
          grid-template-columns: minmax(0, 1fr);
          height: 100vh;
        }
      }
    `,
  ];

  constructor() {
    super();
    session.takeKeyFromAddress();
    this.fleet = new Fleet();
    this.place = here();
    this.stage = "opening";
    this.refusal = null;
  }

  connectedCallback() {
    super.connectedCallback();
    follow(() => this.#arrive());
    this.renderRoot.addEventListener("click", followLink);
    this.renderRoot.addEventListener("ask", (event) => this.#ask(event.detail));
    window.addEventListener("hashchange", () => this.#newKeyInAddress());
    // A page the browser keeps for the back button must not keep its stream too: there are six connections to a host.
    window.addEventListener("pagehide", () => this.fleet.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.stage === "open" && this.#open());
    session.key() ? this.#open() : (this.stage = "sign-in");
  }

  render() {
    if (this.stage === "sign-in") {
      return html`<mainstay-sign-in .refusal=${this.refusal} @key-given=${(event) => this.#signIn(event.detail)}></mainstay-sign-in>`;
    }
    return html`
      <mainstay-top-bar .screen=${this.place.screen} .caller=${this.fleet.caller} .nodes=${this.fleet.nodes} .phase=${this.fleet.phase} .databaseAway=${this.fleet.databaseAway}
        @retry=${() => this.fleet.retryNow()} @sign-out=${() => this.#signOut(null)}></mainstay-top-bar>
      ${this.stage === "away" ? this.#away() : this.stage === "open" ? this.#screen() : nothing}`;
  }

  #screen() {
    const screen = screenOf(this.place.screen);
    return html`
      ${screen ? screen.draw(this.fleet, this.place) : this.#nowhere()}
      <mainstay-command-dialog></mainstay-command-dialog>`;
  }

  #nowhere() {
    return html`<main><section class="card center">
      <h1>There is no such screen</h1>
      <p class="muted"><code>${location.pathname}</code> leads nowhere. <a href="/">To the fleet</a></p>
    </section></main>`;
  }

  #away() {
    return html`<main><section class="card center" role="alert">
      <h2>Mainstay does not answer</h2>
      <p class="muted">${this.refusal.message} Is it running? <code>./mainstay status</code> tells, <code>./mainstay up</code> starts it.</p>
      <button class="primary" @click=${() => this.#open()}>Try again</button>
    </section></main>`;
  }

  async #open() {
    this.stage = "opening";
    const fleet = new Fleet();
    fleet.addEventListener("change", () => this.requestUpdate());
    fleet.addEventListener("refused", (event) => this.#signOut(event.detail));
    try {
      await fleet.open();
      this.fleet = fleet;
      this.stage = "open";
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (refusal.away) {
        this.refusal = refusal;
        this.stage = "away";
      } else {
        this.#signOut(refusal);
      }
    }
  }

  #signIn(key) {
    session.setKey(key);
    this.refusal = null;
    this.#open();
  }

  #signOut(refusal) {
    this.fleet.close();
    session.forgetKey();
    this.refusal = refusal;
    this.stage = "sign-in";
  }

  #newKeyInAddress() {
    if (!location.hash.startsWith("#token=")) return;
    session.takeKeyFromAddress();
    this.fleet.close();
    this.#open();
  }

  #ask(request) {
    this.renderRoot.querySelector("mainstay-command-dialog").ask(request);
  }

  /** Elsewhere: whoever listens is told where, and starts at the top. What opens beside a list leaves the focus in it. */
  async #arrive() {
    const before = this.place;
    this.place = here();
    if (before.screen === this.place.screen && (before.id === this.place.id || screenOf(before.screen)?.beside)) return;
    await this.updateComplete;
    const screen = this.renderRoot.querySelector("mainstay-top-bar ~ *");
    await screen?.updateComplete;
    scrollTo(0, 0);
    (screen?.renderRoot ?? this.renderRoot).querySelector("h1")?.focus();
  }
}

customElements.define("mainstay-dashboard", Dashboard);

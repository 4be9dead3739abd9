// The first screen: signs in, keeps the fleet, and lays out the parts. It alone talks to the address bar.

import { LitElement, html, css, nothing } from "lit";
import { Refusal } from "./api.js";
import { Fleet } from "./fleet.js";
import { readAddress, writeAddress } from "./filter.js";
import * as session from "./session.js";
import { shared } from "./styles.js";
import "./agent-panel.js";
import "./agents-view.js";
import "./command-dialog.js";
import "./event-list.js";
import "./node-list.js";
import "./overview-tiles.js";
import "./problem-list.js";
import "./sign-in.js";
import "./top-bar.js";

export class Dashboard extends LitElement {
  static properties = { stage: { state: true }, filter: { state: true }, refusal: { state: true } };

  static styles = [
    shared,
    css`
      main {
        display: flex;
        flex-direction: column;
        gap: 12px;
        padding: 12px 16px 16px;
      }
      .columns {
        display: grid;
        gap: 12px;
        grid-template-columns: minmax(0, 1fr);
      }
      .rail {
        display: grid;
        gap: 12px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
        align-items: start;
      }
      .center {
        max-width: 520px;
        margin: 16vh auto 0;
        padding: 24px;
        text-align: center;
      }
      .center h2 {
        font-size: 17px;
        margin-bottom: 6px;
      }
      .center p {
        margin-bottom: 16px;
      }
      @media (max-width: 640px) {
        main {
          padding: 8px;
          gap: 8px;
        }
      }
      @media (min-width: 1200px) and (min-height: 620px) {
        :host {
          display: grid;
          grid-template-rows: auto minmax(0, 1fr);
          height: 100vh;
        }
        main {
          min-height: 0;
        }
        .columns {
          flex: 1;
          grid-template-columns: minmax(0, 1fr) clamp(290px, 21vw, 380px);
          min-height: 0;
        }
        .rail {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: auto minmax(0, 1fr);
          align-items: stretch;
          min-height: 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    session.takeKeyFromAddress();
    this.fleet = new Fleet();
    this.filter = readAddress();
    this.stage = "opening";
    this.refusal = null;
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener("popstate", () => (this.filter = readAddress()));
    window.addEventListener("hashchange", () => this.#newKeyInAddress());
    session.key() ? this.#open() : (this.stage = "sign-in");
  }

  render() {
    if (this.stage === "sign-in") {
      return html`<mainstay-sign-in .refusal=${this.refusal} @key-given=${(event) => this.#signIn(event.detail)}></mainstay-sign-in>`;
    }
    return html`
      <mainstay-top-bar .caller=${this.fleet.caller} .nodes=${this.fleet.nodes} .phase=${this.fleet.phase} .databaseAway=${this.fleet.databaseAway}
        @retry=${() => this.fleet.retryNow()} @sign-out=${() => this.#signOut(null)}></mainstay-top-bar>
      ${this.stage === "away" ? this.#away() : this.stage === "open" ? this.#screen() : nothing}`;
  }

  #screen() {
    const { fleet, filter } = this;
    return html`
      <main @open-agent=${(event) => this.#choose({ agent: event.detail }, true)}
        @filter=${(event) => this.#choose(event.detail)} @ask-command=${(event) => this.#ask(event.detail)}>
        <h1 class="hidden">Fleet overview</h1>
        <mainstay-problem-list ?hidden=${fleet.problems.length === 0} .problems=${fleet.problems}></mainstay-problem-list>
        <mainstay-overview-tiles .overview=${fleet.overview} .filter=${filter}></mainstay-overview-tiles>
        <div class="columns">
          <mainstay-agents-view .rows=${fleet.rows.values()} .filter=${filter} .complete=${fleet.complete}></mainstay-agents-view>
          <div class="rail">
            <mainstay-node-list .nodes=${fleet.nodes} .drainable=${fleet.canDrain}></mainstay-node-list>
            <mainstay-event-list .events=${fleet.events}></mainstay-event-list>
          </div>
        </div>
        ${filter.agent ? this.#panel(fleet.rows.get(filter.agent)) : nothing}
      </main>
      <mainstay-command-dialog></mainstay-command-dialog>`;
  }

  #panel(row) {
    return html`<mainstay-agent-panel .agentId=${this.filter.agent} .row=${row} .complete=${this.fleet.complete}
      .events=${this.fleet.events} .commandable=${this.fleet.canCommand}
      @close-panel=${() => this.#closePanel()}></mainstay-agent-panel>`;
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

  #choose(change, push = false) {
    this.filter = { ...this.filter, ...change };
    writeAddress(this.filter, push);
  }

  async #closePanel() {
    const id = this.filter.agent;
    this.#choose({ agent: "" });
    await this.updateComplete;
    this.renderRoot.querySelector("mainstay-agents-view")?.focusAgent(id);
  }

  #ask(request) {
    const act = request.node
      ? (reason) => this.fleet.drain(request.node, reason)
      : (reason) => this.fleet.command(request.agent, request.command, reason);
    this.renderRoot.querySelector("mainstay-command-dialog").ask(request, act);
  }
}

customElements.define("mainstay-dashboard", Dashboard);

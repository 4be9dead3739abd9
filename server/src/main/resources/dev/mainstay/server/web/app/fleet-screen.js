// The first screen: how the fleet is, agent by agent. It keeps its filter in the address.

import { LitElement, html, css, nothing } from "lit";
import { askFor } from "./agent-orders.js";
import { readAddress, writeAddress } from "./filter.js";
import { Hears } from "./hears.js";
import { screen, shared } from "./styles.js";
import "./agent-panel.js";
import "./agents-view.js";
import "./event-list.js";
import "./group-list.js";
import "./node-list.js";
import "./overview-tiles.js";
import "./problem-list.js";

class FleetScreen extends LitElement {
  static properties = { fleet: {}, place: {}, filter: { state: true } };

  static styles = [
    shared,
    screen,
    css`
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
      @media (min-width: 1200px) and (min-height: 620px) {
        .columns {
          flex: 1;
          grid-template-columns: minmax(0, 1fr) clamp(290px, 21vw, 380px);
          min-height: 0;
        }
        .rail {
          display: flex;
          flex-direction: column;
          align-items: stretch;
          min-height: 0;
          overflow-y: auto;
        }
        .rail > * {
          flex: none;
        }
        .rail > mainstay-event-list {
          flex: 1;
          min-height: 180px;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Hears(this, "fleet", "change", () => this.requestUpdate());
  }

  willUpdate(changed) {
    if (changed.has("place")) this.filter = readAddress();
  }

  render() {
    const { fleet, filter } = this;
    const rows = fleet.rows.values();
    return html`
      <main @open-agent=${(event) => this.#choose({ agent: event.detail }, true)}
        @filter=${(event) => this.#choose(event.detail)} @ask-command=${(event) => this.#ask(event.detail)}>
        <h1 class="hidden" tabindex="-1">Fleet overview</h1>
        <mainstay-problem-list ?hidden=${fleet.problems.length === 0} .problems=${fleet.problems}></mainstay-problem-list>
        <mainstay-overview-tiles .overview=${fleet.overview} .filter=${filter}></mainstay-overview-tiles>
        <div class="columns">
          <mainstay-agents-view .rows=${rows} .filter=${filter} .complete=${fleet.complete}></mainstay-agents-view>
          <div class="rail">
            <mainstay-node-list .nodes=${fleet.nodes} .drainable=${fleet.canDrain}></mainstay-node-list>
            <mainstay-group-list ?hidden=${!rows.some((row) => row.agent.group)} .rows=${rows}></mainstay-group-list>
            <mainstay-event-list .events=${fleet.events}></mainstay-event-list>
          </div>
        </div>
        ${filter.agent ? this.#panel(fleet.rows.get(filter.agent)) : nothing}
      </main>`;
  }

  #panel(row) {
    return html`<mainstay-agent-panel .agentId=${this.filter.agent} .row=${row} .complete=${this.fleet.complete}
      .events=${this.fleet.events} .commandable=${this.fleet.canCommand}
      @close-panel=${() => this.#closePanel()}></mainstay-agent-panel>`;
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

  #ask(command) {
    this.dispatchEvent(new CustomEvent("ask", { detail: askFor(this.fleet, command), bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-fleet-screen", FleetScreen);

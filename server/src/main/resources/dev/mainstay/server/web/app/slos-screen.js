// What agents and queues promise, and how much of it is kept.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { go, href } from "./address.js";
import { plural } from "./format.js";
import { Hears } from "./hears.js";
import { listing } from "./layouts.js";
import { split } from "./panels.js";
import { Reading } from "./reading.js";
import { arranged, INDICATORS } from "./slos.js";
import { screen, shared } from "./styles.js";
import "./slo-panel.js";
import "./slo-table.js";

const REFRESH = 10_000;

class SlosScreen extends LitElement {
  static properties = { fleet: {}, place: {}, slos: { state: true } };

  static styles = [
    shared,
    screen,
    listing,
    split,
    css`
      .title {
        display: flex;
        justify-content: space-between;
        gap: 8px;
      }
      mainstay-slo-table {
        flex: 1;
        min-height: 0;
      }
      .hint {
        padding: 10px 14px;
      }
    `,
  ];

  constructor() {
    super();
    this.slos = null;
    this.keys = (event) => event.key === "Escape" && this.place.id && !event.composedPath().some((node) => node.localName === "dialog") && this.#close();
    this.reading = new Reading(this, async () => (this.slos = arranged(await api.all("/api/v1/slos"))), REFRESH);
    new Hears(this, "fleet", "news:event", ({ detail }) => detail.type.startsWith("alert.") && this.reading.soon());
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

  render() {
    const { slos, place } = this;
    const { refusal } = this.reading;
    return html`<main @open-slo=${(event) => go(href("slos", event.detail))} @close-panel=${() => this.#close()} @changed=${() => this.reading.now()}>
      <div class="title"><h1 tabindex="-1">SLOs</h1>${this.fleet.canCommand ? html`<button @click=${() => this.#declare()}>Declare…</button>` : nothing}</div>
      ${refusal ? html`<p class="error bad" role="alert">${refusal.message}</p>` : nothing}
      <div class="columns ${place.id ? "chosen" : ""}">
        <section class="card list" aria-label="SLOs">${this.#list()}</section>
        <div class="rail">${place.id ? html`<mainstay-slo-panel .name=${place.id} .slo=${slos?.find((slo) => slo.name === place.id)} .complete=${Boolean(slos)} .commandable=${this.fleet.canCommand}></mainstay-slo-panel>`
          : html`<section class="card hint" aria-labelledby="how"><h2 id="how">How to read it</h2>
            <p class="muted">Of 100 events as many must be good as is promised; the others are the error budget. When it burns so fast that it will not last, somebody is told: a <b>page</b> now, a <b>ticket</b> for tomorrow.</p></section>`}</div>
      </div>
    </main>`;
  }

  #list() {
    const { slos } = this;
    if (!slos) return this.reading.refusal ? nothing : html`<p class="empty muted" role="status">Reading SLOs…</p>`;
    if (slos.length > 0) return html`<div class="tools"><span class="muted" role="status">${plural(slos.length, "SLO")}, those that burn first</span></div>
      <mainstay-slo-table .rows=${slos} .chosen=${this.place.id}></mainstay-slo-table>`;
    return html`<div class="empty"><h2>Nothing is promised yet</h2>
      <p>Declare one here, or in <code>mainstay.yml</code>:</p>
      <pre tabindex="0">slos:
  orders-in-time:
    queue: send-order
    indicator: latency
    within: 2s
    objective: 99.5</pre></div>`;
  }

  #declare() {
    const agents = [...this.fleet.rows.values()].map((row) => row.agent.id).sort();
    const text = (name, label, hint, more = {}) => ({ name, label, kind: "text", hint, ...more });
    const request = {
      verb: "Declare", subject: "an SLO", reason: false, effect: "It is counted from now on. One of this name that a request declared is changed.",
      fields: [
        text("name", "Name", "orders-in-time", { required: true, pattern: "[a-z0-9][a-z0-9._\\-]{0,127}" }),
        text("agent", "Agent", "whose promise it is; or a queue", { choices: agents }),
        text("queue", "Queue", "instead of an agent"),
        { name: "indicator", label: "What is counted", kind: "choice", choices: INDICATORS, value: "success" },
        text("objective", "Objective, percent", "99.5", { required: true, pattern: "[0-9]{2}(\\.[0-9]+)?" }),
        text("within", "Within, for latency", "PT2S"),
        text("metric", "Metric, for cost and quality", "answer.cost"),
        text("atMost", "At most, for cost", "0.05"),
        text("atLeast", "At least, for quality", "0.8"),
        text("description", "What it means", "Orders are sent within two seconds."),
      ],
      act: async (_, values) => {
        const numbers = Object.fromEntries(["objective", "atMost", "atLeast"].filter((field) => values[field] !== undefined).map((field) => [field, Number(values[field])]));
        const slo = await api.post("/api/v1/slos", { ...values, ...numbers });
        await this.reading.now();
        go(href("slos", slo.name));
      },
    };
    this.dispatchEvent(new CustomEvent("ask", { detail: request, bubbles: true, composed: true }));
  }

  async #close() {
    const { id } = this.place;
    go(href("slos"));
    await this.updateComplete;
    this.renderRoot.querySelector("mainstay-slo-table")?.focusRow(id);
  }
}

customElements.define("mainstay-slos-screen", SlosScreen);

// The nodes: what runs where, and the way to empty one.

import { LitElement, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { everySecond, since } from "./clock.js";
import { age, ago, moment, plural } from "./format.js";
import { mark } from "./icons.js";
import { railList } from "./layouts.js";
import { shared } from "./styles.js";

const TONES = { live: "good", draining: "warn", ended: "idle" };

class NodeList extends LitElement {
  static properties = { nodes: {}, drainable: {} };

  static styles = [
    shared,
    railList,
  ];

  connectedCallback() {
    super.connectedCallback();
    this.stop = everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  render() {
    const nodes = [...(this.nodes ?? [])].sort((one, other) => (one.state === "ended") - (other.state === "ended"));
    return html`<section class="card" aria-labelledby="nodes">
      <h2 id="nodes">Nodes</h2>
      <ul tabindex="0" aria-labelledby="nodes">${repeat(nodes, (node) => node.session, (node) => this.#node(node))}</ul>
      ${nodes.length === 0 ? html`<p class="muted">Reading…</p>` : nothing}
    </section>`;
  }

  #node(node) {
    const tone = TONES[node.state] ?? "idle";
    return html`<li class=${tone}>
      <span class="name">${mark(tone)}${node.state === "ended" ? html`<span>${node.id}</span>`
        : html`<button class="link" title="Show the agents of ${node.id}" @click=${() => this.#tell("filter", { node: node.id })}>${node.id}</button>`}
        <span class="muted">${node.state}</span></span>
      ${this.drainable && node.state === "live" ? html`<button aria-label="Drain ${node.id}" @click=${() => this.#tell("ask-command", { node: node.id, command: "drain" })}>Drain</button>` : html`<span></span>`}
      <span class="about muted">${this.#about(node)}</span>
    </li>`;
  }

  #about(node) {
    if (node.state === "ended") {
      return html`<span title=${moment(node.endedAt)}>ended ${ago(since(node.endedAt))}${node.endCause ? `: ${node.endCause}` : nothing}</span>`;
    }
    const duties = node.duties.length > 0 ? ` · leads ${node.duties.join(", ")}` : "";
    return html`<span title="Last beat ${moment(node.lastBeat)} · ${node.host} · ${node.version}">${plural(node.agents, "agent")} ·
      up ${age(since(node.startedAt))}${duties}</span>`;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-node-list", NodeList);

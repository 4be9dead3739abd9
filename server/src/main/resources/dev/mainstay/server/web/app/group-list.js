// The groups agents are in: how each is, and the way to see its agents alone.

import { LitElement, html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { plural } from "./format.js";
import { groupsOf } from "./groups.js";
import { mark } from "./icons.js";
import { railList } from "./layouts.js";
import { shared } from "./styles.js";
import { scoreTone, scoreWord } from "./tones.js";

class GroupList extends LitElement {
  static properties = { rows: {} };

  static styles = [shared, railList];

  render() {
    const groups = groupsOf(this.rows ?? []);
    return html`<section class="card" aria-labelledby="groups">
      <h2 id="groups">Groups</h2>
      <ul tabindex="0" aria-labelledby="groups">${repeat(groups, (group) => group.name, (group) => this.#group(group))}</ul>
    </section>`;
  }

  #group(group) {
    const tone = scoreTone(group.score);
    const poorly = group.poorly > 0 ? ` · ${group.poorly} not good` : "";
    return html`<li class=${tone}>
      <span class="name">${mark(tone)}<button class="link" title="Show the agents of ${group.name}" @click=${() => this.#show(group.name)}>${group.name}</button>
        <span class="muted">${Number.isFinite(group.score) ? scoreWord(group.score) : "not judged"}</span></span>
      <span title="Health: the mean of its agents">${Number.isFinite(group.score) ? Math.round(group.score) : "–"}</span>
      <span class="about muted">${plural(group.agents, "agent")}${poorly}</span>
    </li>`;
  }

  #show(group) {
    this.dispatchEvent(new CustomEvent("filter", { detail: { group }, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-group-list", GroupList);

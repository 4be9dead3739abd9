// Filters with a name. They are shared state of the organization (`dashboard/task-filters/<name>`), so that what one
// person saved is there for all; an operator may save and remove.

import { LitElement, html, css, nothing } from "lit";
import * as api from "./api.js";
import { close } from "./icons.js";
import { Reading } from "./reading.js";
import { FIELDS, filterOf, filterWords, isFiltered } from "./tasks.js";
import { shared } from "./styles.js";

const PREFIX = "dashboard/task-filters/";
const REFRESH = 30_000;
const NAME = "[A-Za-z0-9][A-Za-z0-9._\\-]{0,39}";

const same = (one, other) => FIELDS.every((field) => one[field] === other[field]);

class SavedFilters extends LitElement {
  static properties = { filter: {}, editable: {}, saved: { state: true } };

  static styles = [
    shared,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .saved {
        display: inline-flex;
      }
      .saved button {
        min-height: 26px;
        padding: 0 10px;
      }
      .saved button[aria-pressed="true"] {
        background: var(--chosen);
        border-color: var(--accent);
      }
      .saved .remove {
        padding: 0 4px;
        line-height: 0;
        color: var(--muted);
      }
    `,
  ];

  constructor() {
    super();
    this.saved = [];
    this.reading = new Reading(this, () => this.#read(), REFRESH);
  }

  connectedCallback() {
    super.connectedCallback();
    this.reading.now();
  }

  render() {
    const chosen = this.saved.find((each) => same(each.filter, this.filter));
    return html`<div class="line" role="group" aria-label="Saved filters">
      ${this.saved.map((each) => html`<span class="saved"><button aria-pressed=${each === chosen ? "true" : "false"} title=${filterWords(each.filter)}
          @click=${() => this.#choose(each === chosen ? filterOf({}) : each.filter)}>${each.name}</button>
        ${each === chosen && this.editable ? html`<button class="bare remove" aria-label="Forget the filter ${each.name}" title="Forget this filter"
          @click=${() => this.#askToForget(each)}>${close}</button>` : nothing}</span>`)}
      ${this.editable && !chosen && isFiltered(this.filter) ? html`<button class="link" @click=${() => this.#askToSave()}>Save this filter…</button>` : nothing}
    </div>`;
  }

  async #read() {
    const entries = await api.all("/api/v1/state", { prefix: PREFIX });
    this.saved = entries.map((entry) => ({ name: entry.key.slice(PREFIX.length), filter: filterOf(entry.value) }));
  }

  #askToSave() {
    const filter = Object.fromEntries(FIELDS.filter((field) => this.filter[field]).map((field) => [field, this.filter[field]]));
    this.#tell("ask", {
      verb: "Save", subject: "this filter", reason: false, effect: `${filterWords(this.filter)}. Everybody in the organization will find it here.`,
      fields: [{ name: "name", label: "Name", kind: "text", required: true, pattern: NAME, hint: "letters, digits, . _ -" }],
      act: async (_, { name }) => {
        await api.put(api.statePath(PREFIX + name), filter);
        await this.reading.now();
      },
    });
  }

  #askToForget({ name, filter }) {
    this.#tell("ask", {
      verb: "Forget", subject: `the filter ${name}`, reason: false, effect: `${filterWords(filter)}. No task is changed; the name goes for everybody.`,
      act: async () => {
        await api.remove(api.statePath(PREFIX + name));
        await this.reading.now();
      },
    });
  }

  #choose(filter) {
    this.#tell("filter", filter);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-saved-filters", SavedFilters);

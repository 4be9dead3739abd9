// The open tasks by place, and what ends and fails, summed over the queues that are meant. A place is a filter too.

import { LitElement, html, css, nothing } from "lit";
import { age, count } from "./format.js";
import { mark } from "./icons.js";
import { now } from "./clock.js";
import { PLACES, standingTone, standingWord } from "./tasks.js";
import { tiles } from "./layouts.js";
import { shared } from "./styles.js";

const COUNTS = { "no-worker": "noWorker" };

/** The sum of one figure over queues. */
const sum = (queues, figure) => queues.reduce((total, queue) => total + queue[figure], 0);

class TaskTiles extends LitElement {
  static properties = { queues: {}, place: {}, state: {} };

  static styles = [shared, tiles];

  render() {
    const queues = this.queues;
    const places = PLACES.map((place) => [place, queues ? sum(queues, COUNTS[place] ?? place) : 0]);
    const open = places.reduce((total, [, number]) => total + number, 0);
    return html`<div class="tiles">
      <section class="card wide" aria-label="Open tasks by place">
        <h2>Open tasks</h2>
        <div class="figure">${queues ? count(open) : "–"}</div>
        <div class="bar" aria-hidden="true">${places.filter(([, number]) => number > 0).map(([place, number]) =>
          html`<i class="${standingTone(place)} ${place}" .style=${`flex:${number}`}></i>`)}</div>
        <div class="states">${places.map(([place, number]) => this.#choice("place", place, number))}</div>
      </section>
      ${this.#flow("Ended per minute", queues, "endedPerMinute", this.#backlog(queues ?? []))}
      ${this.#flow("Failed attempts per minute", queues, "failedPerMinute", "that are tried again")}
      <section class="card" aria-label="Dead letters">
        <h2>Dead letters</h2>
        <div class="figure">${queues ? count(sum(queues, "dead")) : "–"}</div>
        <div class="states">${queues && sum(queues, "dead") > 0 ? this.#choice("state", "dead", sum(queues, "dead")) : nothing}</div>
        ${queues && sum(queues, "dead") === 0 ? html`<p class="muted">nothing was given up</p>` : nothing}
      </section>
    </div>`;
  }

  #choice(field, value, number) {
    const pressed = this[field] === value;
    return html`<button class=${number > 0 ? standingTone(value) : "idle"} aria-pressed=${pressed ? "true" : "false"}
      title=${pressed ? "Show tasks wherever they stand" : `Show only tasks that are: ${standingWord(value)}`}
      @click=${() => this.#tell({ place: "", state: "", [field]: pressed ? "" : value })}>
      ${mark(number > 0 ? standingTone(value) : "idle")}<b>${this.queues ? count(number) : "–"}</b> ${standingWord(value)}</button>`;
  }

  #flow(title, queues, figure, words) {
    return html`<section class="card" aria-label=${title}>
      <h2>${title}</h2>
      <div class="figure">${queues ? count(sum(queues, figure)) : "–"}</div>
      <p class="muted">${queues ? words : nothing}</p>
    </section>`;
  }

  /** The queue that is done last says when all are. */
  #backlog(queues) {
    const waiting = queues.filter((queue) => queue.ready > 0 && !queue.paused);
    if (waiting.length === 0) return "nothing is ready and waits";
    if (waiting.some((queue) => !queue.backlogEta)) return "too little ended to say when all are done";
    const last = Math.max(...waiting.map((queue) => Date.parse(queue.backlogEta)));
    return `all that is ready done in ${age(Math.max(1_000, last - now()))}`;
  }

  #tell(detail) {
    this.dispatchEvent(new CustomEvent("filter", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("mainstay-task-tiles", TaskTiles);

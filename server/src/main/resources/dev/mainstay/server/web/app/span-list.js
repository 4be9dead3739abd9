// The spans of a task that have been read: a stretch of its life that grows downwards, and begins where somebody jumped to.

import * as api from "./api.js";
import { inOrder, keyOfSpan } from "./spans.js";

const FIRST = 200;
const PAGE = 1_000;

export class SpanList {
  items = [];
  complete = false;
  #next = null;
  #reading = false;

  /** @param from a moment (ISO 8601), or undefined for the beginning */
  constructor(task, from) {
    this.task = task;
    this.from = from;
  }

  get hasMore() {
    return this.#next !== null;
  }

  async begin() {
    const page = await this.#read({ from: this.from, limit: FIRST });
    this.items = page.items;
    this.#next = page.next;
    this.complete = true;
  }

  async more() {
    if (this.#reading || this.#next === null) return;
    this.#reading = true;
    try {
      const page = await this.#read({ from: this.from, limit: PAGE, cursor: this.#next });
      this.#lay(page.items);
      this.#next = page.next;
    } finally {
      this.#reading = false;
    }
  }

  /** Reads what may have changed since: all from the first span that lasts. Where the end is not read yet nothing has. */
  async renew() {
    if (!this.complete || this.#next !== null || this.#reading) return;
    const lasting = this.items.find((span) => !span.endedAt) ?? this.items.at(-1);
    const page = await this.#read({ from: lasting?.startedAt ?? this.from, limit: PAGE });
    this.items = this.items.filter((span) => span.endedAt);
    this.#lay(page.items);
    this.#next = page.next;
  }

  #read(parameters) {
    return api.get(api.taskPath(this.task, "/timeline"), parameters);
  }

  #lay(spans) {
    const byKey = new Map([...this.items, ...spans].map((span) => [keyOfSpan(span), span]));
    this.items = [...byKey.values()].sort(inOrder);
  }
}

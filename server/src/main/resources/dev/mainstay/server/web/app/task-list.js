// The tasks that were found, newest first, a page at a time. Identifiers sort by the time of creation, so a page can be
// read again and laid over what was known: only what somebody looks at is kept fresh.

import * as api from "./api.js";

const PAGE = 100;
const FRESH = 200;

export class TaskList {
  items = [];
  complete = false;
  searchedTo = null;
  #next = null;
  /** Where pages began: the cursor, and the task before it. */
  #starts = [];
  #reading = false;

  constructor(filter) {
    this.filter = filter;
  }

  get hasMore() {
    return this.#next !== null;
  }

  /** Reads the newest again, or, further down, what is around the row that is seen first. */
  async refresh(firstSeen = 0) {
    const id = this.items[firstSeen]?.id;
    const start = firstSeen < PAGE ? undefined : this.#starts.findLast((each) => each.before >= id);
    if (start) this.#lay(await this.#read(start.cursor, FRESH), start.before);
    else this.#begin(await this.#read(undefined, PAGE));
  }

  /** The next page; nothing while one is being read. */
  async more() {
    if (this.#reading || this.#next === null) return;
    this.#reading = true;
    try {
      const cursor = this.#next;
      const page = await this.#read(cursor, PAGE);
      const last = this.items.at(-1);
      if (last) this.#starts.push({ cursor, before: last.id });
      this.items = [...this.items, ...page.items.filter((task) => !last || task.id < last.id)];
      this.#end(page);
    } finally {
      this.#reading = false;
    }
  }

  #read(cursor, limit) {
    return api.get("/api/v1/tasks", { ...this.filter, limit, cursor });
  }

  #end(page) {
    this.#next = page.next;
    this.searchedTo = page.searchedTo;
  }

  /** The newest page. When more came than it holds, there is a hole below it, and all begins anew. */
  #begin(page) {
    const last = page.items.at(-1)?.id;
    const known = page.next && last ? this.items.filter((task) => task.id < last) : [];
    const joined = known.length > 0 && this.items[0].id >= last;
    this.items = joined ? [...page.items, ...known] : page.items;
    if (!joined) {
      this.#starts = [];
      this.#end(page);
    }
    this.complete = true;
  }

  /** What stands between the task before the page and its last one is replaced by the page. */
  #lay(page, before) {
    const last = page.items.at(-1)?.id;
    if (!last && page.next) return;
    this.items = [
      ...this.items.filter((task) => task.id >= before),
      ...page.items,
      ...this.items.filter((task) => page.next && task.id < last),
    ];
  }
}

// A reactive controller: reads for its element while it is on the screen and the tab can be seen, at once, then every
// few seconds, and soon after news. The element finds what went wrong in `refusal` and shows it.

import { Refusal } from "./api.js";

const SOON = 300;

export class Reading {
  refusal = null;
  #timer = null;
  #soon = null;
  #running = null;
  #next = null;

  /** `read()` is asynchronous and puts what it got into the element. */
  constructor(host, read, milliseconds) {
    this.host = host;
    this.read = read;
    this.milliseconds = milliseconds;
    this.wake = () => document.hidden || this.now();
    host.addController(this);
  }

  hostConnected() {
    this.#timer = setInterval(this.wake, this.milliseconds);
    document.addEventListener("visibilitychange", this.wake);
  }

  hostDisconnected() {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#soon = null;
    document.removeEventListener("visibilitychange", this.wake);
  }

  /** Reads now; while a reading is under way, once more after it. Ends when what was so at the call has been read. */
  now() {
    if (this.#running) return (this.#next ??= this.#running.catch(() => {}).then(() => this.#after()));
    this.#running = this.#once().finally(() => (this.#running = null));
    return this.#running;
  }

  #after() {
    this.#next = null;
    return this.host.isConnected ? this.now() : undefined;
  }

  async #once() {
    try {
      await this.read();
      this.refusal = null;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.refusal = refusal;
    }
    this.host.requestUpdate();
  }

  /** After news, of which more may follow at once. */
  soon() {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.wake();
    }, SOON);
  }
}

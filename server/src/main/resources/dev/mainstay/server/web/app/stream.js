// The one live stream of this tab. `fetch` and not EventSource, because only fetch can send the Authorization header.

import { headers, problemOf, Refusal } from "./api.js";
import { EventParser } from "./event-parser.js";
import { parseAnswer } from "./exact-json.js";

const SHORTEST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const LONGEST_SILENCE = 40_000;

/**
 * Keeps a stream open until `close()`. Tells `onPhase({name, retryAt, refusal})` where it is: "connecting", "live",
 * "waiting" (with the time of the next try) or "refused" (the key is not accepted; it has given up).
 * After a break it resumes behind the last event seen, by Last-Event-ID.
 */
export class Stream {
  #path;
  #onEvent;
  #onPhase;
  #lastId = "";
  #wait = SHORTEST_WAIT;
  #floor = SHORTEST_WAIT;
  #abort = null;
  #wake = null;
  #closed = false;

  constructor(path, onEvent, onPhase) {
    this.#path = path;
    this.#onEvent = onEvent;
    this.#onPhase = onPhase;
  }

  async open() {
    while (!this.#closed) {
      try {
        await this.#read();
      } catch (failure) {
        if (failure instanceof Refusal && (failure.status === 401 || failure.status === 403)) {
          this.#closed = true;
          this.#onPhase({ name: "refused", refusal: failure });
          return;
        }
      }
      if (!this.#closed) await this.#pause();
    }
  }

  /** Ends the waiting for the next try, now. */
  retryNow() {
    this.#wake?.();
  }

  close() {
    this.#closed = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  async #read() {
    this.#onPhase({ name: "connecting" });
    this.#abort = new AbortController();
    const resume = this.#lastId ? { "Last-Event-ID": this.#lastId } : {};
    const response = await fetch(this.#path, {
      headers: headers({ Accept: "text/event-stream", ...resume }),
      signal: this.#abort.signal,
      cache: "no-store",
    });
    if (!response.ok) throw new Refusal(response.status, await problemOf(response));
    this.#onPhase({ name: "live" });
    await this.#pump(response.body.pipeThrough(new TextDecoderStream()).getReader());
  }

  /** Reads until the server ends the stream. A connection cut without a word is noticed by its silence. */
  async #pump(reader) {
    const parser = new EventParser(
      (event) => this.#deliver(event),
      (milliseconds) => (this.#floor = milliseconds),
    );
    let silence = this.#watch();
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        clearTimeout(silence);
        silence = this.#watch();
        this.#wait = this.#floor;
        parser.feed(piece.value);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #watch() {
    return setTimeout(() => this.#abort.abort(), LONGEST_SILENCE);
  }

  #deliver(event) {
    if (event.id) this.#lastId = event.id;
    this.#onEvent(event.type, parseAnswer(event.data));
  }

  async #pause() {
    const wait = this.#wait * (0.75 + Math.random() / 2);
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
    this.#onPhase({ name: "waiting", retryAt: Date.now() + wait });
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, wait);
    });
  }
}

// A reactive controller: while its element is on the screen, it hears events of what stands in one of its properties.

export class Hears {
  #source = null;

  constructor(host, property, type, listener) {
    this.host = host;
    this.property = property;
    this.type = type;
    this.listener = listener;
    host.addController(this);
  }

  hostUpdated() {
    this.#listenTo(this.host[this.property] ?? null);
  }

  hostDisconnected() {
    this.#listenTo(null);
  }

  #listenTo(source) {
    if (source === this.#source || (source && !this.host.isConnected)) return;
    this.#source?.removeEventListener(this.type, this.listener);
    this.#source = source;
    source?.addEventListener(this.type, this.listener);
  }
}

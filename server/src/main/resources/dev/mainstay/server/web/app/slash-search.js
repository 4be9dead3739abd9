// A reactive controller: the slash leads to the first search field of its element, from anywhere but a field.

export class SlashSearch {
  constructor(host) {
    this.host = host;
    this.listener = (event) => this.#take(event);
    host.addController(this);
  }

  hostConnected() {
    document.addEventListener("keydown", this.listener);
  }

  hostDisconnected() {
    document.removeEventListener("keydown", this.listener);
  }

  #take(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (["INPUT", "TEXTAREA", "SELECT"].includes(event.composedPath()[0].tagName)) return;
    event.preventDefault();
    const input = this.host.renderRoot.querySelector("input");
    input?.focus();
    input?.select();
  }
}

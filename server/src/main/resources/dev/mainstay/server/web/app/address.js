// The address bar: which screen it names, and how to get to another one without loading the page again.

const changes = new EventTarget();

/** What the address names: the screen, the one thing on it (or ""), and the query. */
export function here() {
  const [screen = "", ...rest] = location.pathname.split("/").filter(Boolean).map(decoded);
  return { screen, id: rest.join("/"), query: Object.fromEntries(new URLSearchParams(location.search)) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a screen, of one thing on it, with what is given of the query. */
export function href(screen, id = "", query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value != null));
  const path = [screen, id].filter(Boolean).map(encodeURIComponent).join("/");
  return `/${path}${search.size === 0 ? "" : `?${search}`}`;
}

/** Goes there; the back button leads here again. */
export function go(target) {
  if (target !== location.pathname + location.search) history.pushState(null, "", target);
  changes.dispatchEvent(new Event("change"));
}

/** Changes the address in place, as while a filter is typed. */
export function replace(target) {
  if (target === location.pathname + location.search) return;
  history.replaceState(history.state, "", target);
  changes.dispatchEvent(new Event("change"));
}

/** Calls the listener whenever the address means something else; returns what stops it. */
export function follow(listener) {
  const back = () => listener();
  changes.addEventListener("change", back);
  addEventListener("popstate", back);
  return () => {
    changes.removeEventListener("change", back);
    removeEventListener("popstate", back);
  };
}

/** For clicks: follows a link to a screen within this page. A click that asks for a new tab stays the browser's. */
export function followLink(event) {
  const link = event.composedPath().find((node) => node.localName === "a");
  const wantsTab = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link?.target;
  if (!link?.href || wantsTab || event.defaultPrevented) return;
  const target = new URL(link.href);
  if (target.origin !== location.origin || target.pathname.startsWith("/api/")) return;
  event.preventDefault();
  go(target.pathname + target.search);
}

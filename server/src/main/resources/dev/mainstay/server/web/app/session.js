// The API key of this tab. It lives in sessionStorage, so that closing the tab forgets it.

const KEY = "mainstay.key";

/** Takes the key from `/#token=…`, the link the terminal prints, and removes it from the address bar and the history. */
export function takeKeyFromAddress() {
  const match = /^#token=(.+)$/.exec(location.hash);
  if (!match) return;
  setKey(decodeURIComponent(match[1]));
  history.replaceState(history.state, "", location.pathname + location.search);
}

export function key() {
  return sessionStorage.getItem(KEY);
}

export function setKey(value) {
  sessionStorage.setItem(KEY, value.trim());
}

export function forgetKey() {
  sessionStorage.removeItem(KEY);
}

// The time as the server sees it. Ages are differences to the server's stamps, so a wrong clock here must not show.

let offset = 0;
let deafSince = null;
const listeners = new Set();
let timer = null;

/** Learns the server's time from a stamp it sent just now. */
export function learn(iso) {
  const stamp = Date.parse(iso ?? "");
  if (Number.isFinite(stamp)) offset = stamp - Date.now();
}

export function now() {
  return Date.now() + offset;
}

/** Says whether news of the fleet arrives. While it does not, nobody can be called late. */
export function follow(hears) {
  deafSince = hears ? null : (deafSince ?? now());
}

/** The time up to which we would have heard of a heartbeat. */
export function horizon() {
  return deafSince ?? now();
}

/** Milliseconds since the given stamp, never negative; NaN for no stamp. */
export function since(iso) {
  return iso ? Math.max(0, now() - Date.parse(iso)) : NaN;
}

/** Calls the listener once a second while the tab can be seen; returns what stops it. */
export function everySecond(listener) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (!document.hidden) listeners.forEach((each) => each());
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = null;
    }
  };
}

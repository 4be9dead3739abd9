// Which rows of a long list can be seen. Rows have one height, so this is arithmetic.

/** The rows to draw: [first, after the last], with some more on both sides so that scrolling never shows a hole. */
export function visible(top, bottom, height, total, spare = 8) {
  const first = Math.max(0, Math.floor(top / height) - spare);
  const last = Math.min(total, Math.ceil(bottom / height) + spare);
  return [Math.min(first, total), Math.max(first, last)];
}

/** What of the element can be seen, from its own upper edge: within its scrolling parent and within the window. */
export function seen(element, scroller) {
  const box = element.getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  const top = Math.max(frame.top, 0);
  const bottom = Math.min(frame.bottom, innerHeight);
  return [top - box.top, Math.max(top, bottom) - box.top];
}

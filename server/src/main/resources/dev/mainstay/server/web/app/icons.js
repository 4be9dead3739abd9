// The marks of the dashboard, drawn here so that nothing is loaded. All are decoration: the word stands beside them.

import { svg, html } from "lit";

const icon = (shape) => html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"
  fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">${shape}</svg>`;

export const search = icon(svg`<circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.3 3.3"/>`);
export const close = icon(svg`<path d="m4 4 8 8M12 4l-8 8"/>`);
export const light = icon(svg`<circle cx="8" cy="8" r="2.8"/><path d="M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1"/>`);
export const dark = icon(svg`<path d="M13.2 9.8A5.8 5.8 0 0 1 6.2 2.8a5.8 5.8 0 1 0 7 7Z"/>`);
export const system = icon(svg`<rect x="2" y="3" width="12" height="8" rx="1"/><path d="M6 13.5h4"/>`);
export const leave = icon(svg`<path d="M6.5 2.5h-4v11h4M6 8h8M11 5l3 3-3 3"/>`);
export const down = icon(svg`<path d="m4.5 6.5 3.5 3.5 3.5-3.5"/>`);

const MARKS = {
  good: svg`<circle cx="5" cy="5" r="3.4" fill="var(--fill)" stroke="none"/>`,
  warn: svg`<path d="M5 1.2 9.2 8.6H.8Z" fill="var(--fill)" stroke="none"/>`,
  bad: svg`<path d="M3.1.8h3.8l2.3 2.3v3.8L6.9 9.2H3.1L.8 6.9V3.1Z" fill="var(--fill)" stroke="none"/>`,
  idle: svg`<circle cx="5" cy="5" r="2.9" fill="none" stroke="var(--fill)" stroke-width="1.6"/>`,
};

/** The mark of a tone: dot, triangle, octagon, ring. Shapes differ, so colour is never the only sign. */
export const mark = (tone) => html`<svg class="mark" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">${MARKS[tone]}</svg>`;

export const logo = html`<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><rect width="24" height="24" rx="6" fill="#1c5bb8"/><path d="M12 4v16M12 6.5 5.5 18M12 6.5 18.5 18M4.5 20h15" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/><circle cx="12" cy="4.6" r="1.7" fill="#fff"/></svg>`;

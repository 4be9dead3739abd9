// What several elements look like. Each element adopts it beside its own sheet, so nothing is said twice.

import { css } from "lit";

export const shared = css`
  :host {
    display: block;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
    border-radius: 4px;
  }
  h1,
  h2,
  h3,
  p,
  ol,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  /* Positioned, so that hidden words inside scroll with the list and do not make the page longer. */
  ol,
  ul {
    position: relative;
    list-style: none;
  }
  * {
    scrollbar-width: thin;
    scrollbar-color: var(--line-strong) transparent;
  }
  h2 {
    font-size: 13px;
    font-weight: 600;
  }
  code,
  .mono {
    font-family: var(--mono);
    font-size: 0.94em;
  }
  .muted {
    color: var(--muted);
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  button,
  .button {
    font: inherit;
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line-button);
    border-radius: 6px;
    padding: 4px 10px;
    min-height: 28px;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--hover);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.danger {
    border-color: var(--bad-fill);
    color: var(--bad-text);
  }
  button.bare {
    border-color: transparent;
    background: none;
  }
  button.link {
    border: 0;
    background: none;
    padding: 0;
    min-height: 24px;
    color: var(--accent);
    text-align: left;
  }
  button.link:hover:not(:disabled) {
    background: none;
    text-decoration: underline;
  }
  input,
  select,
  textarea {
    font: inherit;
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: 6px;
    padding: 4px 8px;
    min-height: 28px;
  }
  ::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    padding: 0 7px;
    border-radius: 10px;
    line-height: 20px;
    white-space: nowrap;
    font-size: 12px;
  }
  .good {
    color: var(--good-text);
    --fill: var(--good-fill);
    --tint: var(--good-tint);
  }
  .warn {
    color: var(--warn-text);
    --fill: var(--warn-fill);
    --tint: var(--warn-tint);
  }
  .bad {
    color: var(--bad-text);
    --fill: var(--bad-fill);
    --tint: var(--bad-tint);
  }
  .idle {
    color: var(--idle-text);
    --fill: var(--idle-fill);
    --tint: var(--idle-tint);
  }
  .chip.good,
  .chip.warn,
  .chip.bad,
  .chip.idle {
    background: var(--tint);
  }
  @media (prefers-reduced-motion: no-preference) {
    button,
    .row {
      transition: background-color 0.12s;
    }
  }
`;

/** What the screens have in common: they fill the window where it is large enough, and scroll with the page elsewhere. */
export const screen = css`
  main {
    display: flex;
    flex-direction: column;
    gap: 12px;
    padding: 12px 16px 16px;
  }
  h1 {
    font-size: 17px;
    font-weight: 650;
    letter-spacing: -0.01em;
    outline: none;
  }
  @media (max-width: 640px) {
    main {
      padding: 8px;
      gap: 8px;
    }
  }
  @media (min-width: 1200px) and (min-height: 620px) {
    :host {
      display: flex;
      flex-direction: column;
      min-height: 0;
    }
    main {
      flex: 1;
      min-height: 0;
    }
  }
`;

/** A question in front of everything else. */
export const dialog = css`
  dialog {
    width: min(440px, calc(100vw - 24px));
    padding: 20px;
    color: var(--text);
    background: var(--raised);
    border: 1px solid var(--line);
    border-radius: 10px;
    box-shadow: var(--shadow);
  }
  dialog::backdrop {
    background: rgb(8 12 18 / 45%);
  }
  h2 {
    font-size: 16px;
    margin-bottom: 6px;
    overflow-wrap: anywhere;
  }
  .error {
    margin-top: 10px;
    padding: 6px 10px;
    border-radius: 6px;
    background: var(--bad-tint);
  }
  .buttons {
    display: flex;
    justify-content: flex-end;
    gap: 8px;
    margin-top: 16px;
  }
`;

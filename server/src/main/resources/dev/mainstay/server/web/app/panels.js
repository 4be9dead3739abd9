// How a list with one of its things beside it is laid out, and what such a panel looks like.

import { css } from "lit";

/** Whether the chosen thing stands in place of its list at present, so that the focus has to go along. */
export const replacesList = () => matchMedia("(max-width: 1099px)").matches;

/** Side by side where there is room. On a narrow screen the chosen thing stands in place of the list. */
export const split = css`
  .columns {
    display: grid;
    gap: 12px;
    grid-template-columns: minmax(0, 1fr);
    align-items: start;
  }
  .list {
    container: list / inline-size;
  }
  .rail {
    display: grid;
    gap: 12px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .error {
    padding: 8px 12px;
    border-radius: 6px;
    background: var(--bad-tint);
  }
  @media (max-width: 1099px) {
    .columns.chosen .list {
      display: none;
    }
  }
  @media (min-width: 1100px) and (min-height: 620px) {
    .columns {
      flex: 1;
      min-height: 0;
      align-items: stretch;
      grid-template-columns: minmax(0, 1fr) clamp(380px, 36vw, 560px);
    }
    .columns > * {
      min-height: 0;
    }
    .rail {
      overflow-y: auto;
    }
    .list {
      display: flex;
      flex-direction: column;
    }
  }
`;

/** One thing in full: a header with its name and state, its orders, and sections below. */
export const panel = css`
  header {
    display: flex;
    align-items: flex-start;
    gap: 12px;
    padding: 12px 14px 8px;
  }
  header > div {
    flex: 1;
    min-width: 0;
  }
  header h2 {
    font-size: 15px;
    overflow-wrap: anywhere;
  }
  header h2:focus-visible {
    outline: none;
  }
  header .bare {
    padding: 4px;
    line-height: 0;
  }
  .status,
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  .status {
    margin-bottom: 6px;
  }
  .actions {
    padding: 0 14px 12px;
  }
  .actions kbd {
    margin-left: 6px;
    padding: 0 4px;
    border: 1px solid var(--line-strong);
    border-radius: 4px;
    font: 11px/15px var(--mono);
    color: var(--muted);
  }
  .actions .primary kbd {
    color: inherit;
    border-color: currentColor;
  }
  .part {
    padding: 10px 14px 12px;
    border-top: 1px solid var(--line);
  }
  h3 {
    margin-bottom: 6px;
    font-size: 12px;
    font-weight: 600;
    color: var(--muted);
  }
  a {
    color: var(--accent);
  }
  .spec {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 3px 14px;
  }
  .spec dt {
    color: var(--muted);
  }
  .spec dd {
    overflow-wrap: anywhere;
  }
  .part p + p,
  .part dl + p,
  .part dl + * {
    margin-top: 8px;
  }
`;

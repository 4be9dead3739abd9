// How lists, tiles, tables and the page about one thing are laid out, wherever they are.

import { css } from "lit";

/** A list with its tools: search and filters above, or in place of the rows what to do when there are none. */
export const listing = css`
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 8px 12px;
    border-bottom: 1px solid var(--line);
  }
  .search {
    position: relative;
    flex: 1 1 200px;
    max-width: 340px;
  }
  .search .icon {
    position: absolute;
    left: 8px;
    top: 6px;
    color: var(--muted);
  }
  .search input {
    width: 100%;
    padding: 4px 28px;
  }
  .search input::-webkit-search-cancel-button {
    display: none;
  }
  kbd {
    position: absolute;
    right: 7px;
    top: 5px;
    padding: 0 5px;
    border: 1px solid var(--line-strong);
    border-radius: 4px;
    font: 11px/16px var(--mono);
    color: var(--muted);
  }
  select {
    max-width: 150px;
  }
  .count {
    margin-left: auto;
    white-space: nowrap;
  }
  .empty {
    padding: 40px 24px 48px;
    max-width: 620px;
    margin: 0 auto;
  }
  .empty h2 {
    font-size: 17px;
    margin-bottom: 6px;
  }
  .empty p {
    margin: 10px 0 6px;
  }
  pre {
    margin: 0;
    padding: 10px 12px;
    overflow-x: auto;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--ground);
    font: 12px/1.5 var(--mono);
  }
  @container list (max-width: 660px) {
    .search {
      flex-basis: 100%;
      max-width: none;
    }
    select {
      flex: 1 1 40%;
      max-width: none;
      min-width: 0;
    }
    kbd {
      display: none;
    }
  }
`;

/** Figures beside each other, each in a card of its own; where they are counts by state, each count is a button. */
export const tiles = css`
  .tiles {
    display: grid;
    gap: 12px;
    grid-template-columns: minmax(0, 2.4fr) repeat(3, minmax(150px, 1fr));
  }
  .card {
    position: relative;
    padding: 10px 14px;
    min-height: 84px;
  }
  h2 {
    color: var(--muted);
    font-weight: 500;
    font-size: 12px;
  }
  .figure {
    display: flex;
    align-items: baseline;
    gap: 6px;
    font-size: 26px;
    font-weight: 600;
    line-height: 34px;
    letter-spacing: -0.02em;
  }
  .figure small {
    font-size: 12px;
    font-weight: 500;
    letter-spacing: 0;
  }
  .bar {
    display: flex;
    gap: 2px;
    height: 6px;
    margin-top: 3px;
  }
  .bar i {
    min-width: 3px;
    border-radius: 2px;
    background: var(--fill);
  }
  .states {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 4px;
    margin: 4px -6px 0;
  }
  .states button {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    min-height: 24px;
    padding: 0 6px;
    border-color: transparent;
    background: none;
  }
  .states button[aria-pressed="true"] {
    background: var(--chosen);
    border-color: var(--accent);
  }
  .states b {
    color: var(--text);
  }
  .bar .ready,
  .bar .waiting {
    opacity: 0.7;
  }
  @media (max-width: 1000px) {
    .tiles {
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
    .wide {
      grid-column: 1 / -1;
    }
  }
  @media (max-width: 640px) {
    .tiles {
      gap: 8px;
    }
    .card {
      padding: 8px 10px;
      min-height: 0;
    }
  }
`;

/** A screen about one thing: where it is, a header with what can be done, then what is told beside each other. */
export const page = css`
  a {
    color: var(--accent);
  }
  .crumbs {
    color: var(--muted);
  }
  .crumbs a {
    text-decoration: none;
  }
  .crumbs a:hover {
    text-decoration: underline;
  }
  main {
    overflow-y: auto;
  }
  .card {
    padding: 10px 14px;
  }
  .card > h2 {
    margin-bottom: 8px;
  }
  .card.empty {
    padding: 40px 24px 48px;
  }
  .line,
  .status,
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .line {
    justify-content: space-between;
  }
  h1 {
    overflow-wrap: anywhere;
  }
  h1 code {
    font-weight: 400;
    font-size: 13px;
  }
  .status {
    margin-top: 6px;
  }
  .note {
    margin-top: 8px;
    padding: 6px 12px;
    border-radius: 6px;
    background: var(--tint);
  }
  .fault {
    margin: 10px 0 0;
    padding: 8px 12px;
    border-radius: 6px;
    background: var(--bad-tint);
    font: 12px/1.5 var(--mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    max-height: 160px;
    overflow-y: auto;
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(110px, max-content));
    gap: 8px 28px;
    margin-top: 12px;
  }
  .figures dt {
    font-size: 12px;
    color: var(--muted);
  }
  .figures dd {
    font-size: 15px;
    font-weight: 600;
  }
  .figures a {
    color: inherit;
    text-decoration: none;
  }
  .figures a:hover {
    text-decoration: underline;
  }
  .spec {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 4px 14px;
  }
  .spec dt {
    color: var(--muted);
  }
  .spec dd {
    overflow-wrap: anywhere;
  }
  .columns {
    display: grid;
    gap: 12px;
    grid-template-columns: minmax(0, 1fr);
    align-items: start;
  }
  .wide,
  .rail {
    display: grid;
    gap: 12px;
    grid-template-columns: minmax(0, 1fr);
  }
  .child {
    color: inherit;
    margin-right: 8px;
  }
  @media (min-width: 1000px) {
    .columns {
      grid-template-columns: minmax(0, 1fr) clamp(290px, 26vw, 400px);
    }
  }
`;

/** A small table of which all rows are shown. */
export const table = css`
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    font-weight: 500;
    text-align: left;
    color: var(--muted);
    padding: 2px 10px 2px 0;
    white-space: nowrap;
  }
  td .mark {
    margin-right: 2px;
  }
  td,
  tbody th {
    padding: 5px 10px 5px 0;
    vertical-align: top;
    border-top: 1px solid var(--line);
  }
  tbody th {
    color: var(--text);
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
`;

/** A short list beside the main one: a name with its mark, a button or figure, and a line about it. */
export const railList = css`
  section {
    padding: 10px 14px;
  }
  ul {
    max-height: 34vh;
    overflow-y: auto;
    margin: 4px -14px 0;
    padding: 0 14px;
  }
  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 8px;
    padding: 5px 0;
  }
  li + li {
    border-top: 1px solid var(--line);
  }
  .name {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    color: var(--text);
  }
  .name .link,
  .name span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .mark {
    flex: none;
  }
  .about {
    grid-column: 1 / -1;
    font-size: 12px;
  }
  li button:not(.link) {
    min-height: 24px;
    padding: 0 8px;
    font-size: 12px;
  }
`;

/** A card with a line for each thing: what it is, and beside it what can be done about it. */
export const entries = css`
  section {
    padding: 10px 14px;
  }
  li {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 12px;
    padding: 6px 0;
  }
  li + li {
    border-top: 1px solid var(--line);
  }
  p {
    margin-top: 4px;
  }
  .what {
    overflow-wrap: anywhere;
  }
`;

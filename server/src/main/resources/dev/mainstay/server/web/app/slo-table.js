// The SLOs, those that want a look first.

import { html, css } from "lit";
import { href } from "./address.js";
import { mark } from "./icons.js";
import { budgetBar, budgetWords, ownerOf, promise, reached, sloTone, sloWord } from "./slos.js";
import { WindowedGrid } from "./windowed-grid.js";

class SloTable extends WindowedGrid {
  static styles = [
    WindowedGrid.styles,
    css`
      .grid {
        display: grid;
        align-items: center;
        gap: 0 12px;
        padding: 0 12px;
        grid-template-columns: 128px minmax(120px, 1fr) minmax(100px, 0.8fr) minmax(150px, 1.6fr) 76px 172px;
      }
      .row {
        cursor: pointer;
        border-bottom: 1px solid var(--line);
      }
      .row:hover {
        background: var(--hover);
      }
      .row[aria-selected="true"] {
        background: var(--chosen);
      }
      .row:focus-visible {
        outline-offset: -2px;
      }
      .row > * {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .name a {
        color: var(--text);
        font-weight: 600;
        text-decoration: none;
      }
      .reached {
        text-align: right;
      }
      .budget {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .bar {
        flex: none;
        width: 84px;
        height: 6px;
        border-radius: 3px;
        background: var(--line);
        overflow: hidden;
      }
      .bar i {
        display: block;
        height: 100%;
        background: var(--fill);
      }
      @container table (max-width: 820px) {
        .grid {
          grid-template-columns: 128px minmax(110px, 1fr) 76px 172px;
        }
        .owner,
        .promise {
          display: none;
        }
      }
      @container table (max-width: 560px) {
        .row.grid {
          grid-template-columns: minmax(0, 1fr) auto;
          grid-template-areas: "name state" "promise budget";
          align-content: center;
          gap: 4px 10px;
          padding: 0 10px;
        }
        .name {
          grid-area: name;
        }
        .state {
          grid-area: state;
        }
        .row .promise {
          display: block;
          grid-area: promise;
          font-size: 12px;
        }
        .budget {
          grid-area: budget;
        }
        .row .reached {
          display: none;
        }
      }
    `,
  ];

  label = "SLOs, those that burn first";
  narrow = 560;
  heads = [
    { column: "state", word: "State", fixed: true },
    { column: "name", word: "SLO", fixed: true },
    { column: "owner", word: "Of", fixed: true },
    { column: "promise", word: "Promise", fixed: true },
    { column: "reached", word: "Reached", fixed: true },
    { column: "budget", word: "Error budget left", fixed: true },
  ];

  keyOf(slo) {
    return slo.name;
  }

  open(slo) {
    this.tell("open-slo", slo.name);
  }

  drawRow(slo, { index, key, place, tab, selected }) {
    const tone = sloTone(slo);
    return html`<div class="row grid" role="row" aria-rowindex=${index} data-key=${key} .style=${place} tabindex=${tab} aria-selected=${selected}>
      <div role="gridcell" class="state ${tone}">${mark(tone)} ${sloWord(slo)}</div>
      <div role="gridcell" class="name" title=${slo.description}><a href=${href("slos", slo.name)} tabindex="-1">${slo.name}</a></div>
      <div role="gridcell" class="owner muted">${ownerOf(slo)}</div>
      <div role="gridcell" class="promise" title=${promise(slo)}>${promise(slo)}</div>
      <div role="gridcell" class="reached">${reached(slo)}</div>
      <div role="gridcell" class="budget ${tone}"><span class="bar" aria-hidden="true"><i .style=${`width:${budgetBar(slo)}%`}></i></span>${budgetWords(slo)}</div>
    </div>`;
  }
}

customElements.define("mainstay-slo-table", SloTable);

// The table of agents. Only rows whose agent changed are drawn again.

import { html } from "lit";
import { GRID } from "./agent-row.js";
import { WindowedGrid } from "./windowed-grid.js";

class AgentTable extends WindowedGrid {
  static styles = [WindowedGrid.styles, GRID];

  label = "Agents";
  heads = [
    { column: "health", word: "Health" },
    { column: "id", word: "Agent" },
    { column: "kind", word: "Kind" },
    { column: "state", word: "State" },
    { column: "node", word: "Node" },
    { column: "strip", word: "Heartbeats", fixed: true },
    { column: "tick", word: "Tick time" },
    { column: "beat", word: "Last beat" },
    { column: "failures", word: "Failures" },
    { column: "error", word: "Last error", fixed: true },
  ];

  keyOf(row) {
    return row.agent.id;
  }

  drawRow(row, { index, key, place, tab, selected }) {
    return html`<mainstay-agent-row class="row" role="row" aria-rowindex=${index} data-key=${key} .style=${place} .row=${row}
      tabindex=${tab} aria-selected=${selected}></mainstay-agent-row>`;
  }

  open(row) {
    this.tell("open-agent", row.agent.id);
  }
}

customElements.define("mainstay-agent-table", AgentTable);

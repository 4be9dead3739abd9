// The attempts at a task, the newest first: who tried, for how long, and how it ended.

import { LitElement, html, css, nothing } from "lit";
import { duration, moment, clockTime } from "./format.js";
import { mark } from "./icons.js";
import { now } from "./clock.js";
import { outcomeTone, took } from "./spans.js";
import { table } from "./layouts.js";
import { shared } from "./styles.js";

class AttemptTable extends LitElement {
  static properties = { attempts: {}, all: {} };

  static styles = [
    shared,
    table,
    css`
      section {
        padding: 10px 14px;
      }
      .frame {
        position: relative; /* so that hidden words inside scroll with it */
        overflow-x: auto;
      }
      td:not(.error) {
        white-space: nowrap;
      }
      .error {
        max-width: 420px;
        overflow-wrap: anywhere;
        font-size: 12px;
      }
    `,
  ];

  render() {
    const attempts = this.attempts ?? [];
    return html`<section class="card" aria-labelledby="attempts">
      <h2 id="attempts">Attempts</h2>
      ${attempts.length === 0 ? html`<p class="muted">It has not run yet.</p>` : html`<div class="frame" tabindex="0" role="group" aria-label="Attempts"><table>
        <thead><tr><th scope="col">No.</th><th scope="col">Outcome</th><th scope="col">Worker</th><th scope="col">Started</th><th scope="col" class="number">Took</th><th scope="col">Why</th></tr></thead>
        <tbody>${attempts.map((attempt) => this.#attempt(attempt))}</tbody>
      </table></div>`}
      ${this.all > attempts.length ? html`<p class="muted">The newest ${attempts.length}; the timeline above has all.</p>` : nothing}
    </section>`;
  }

  #attempt(attempt) {
    const tone = outcomeTone(attempt);
    return html`<tr>
      <th scope="row">${attempt.number}</th>
      <td class=${tone}>${mark(tone)} ${attempt.outcome}</td>
      <td>${attempt.worker ?? "–"}</td>
      <td title=${moment(attempt.startedAt)}>${clockTime(attempt.startedAt)}</td>
      <td class="number">${duration(took(attempt, now()))}</td>
      <td class="error muted">${attempt.error ?? ""}</td>
    </tr>`;
  }
}

customElements.define("mainstay-attempt-table", AttemptTable);

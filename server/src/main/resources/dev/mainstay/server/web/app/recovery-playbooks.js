// What each cause is answered with, in the order in which it would be tried now, and what has helped so far.

import { LitElement, html, css, nothing } from "lit";
import { duration, milliseconds } from "./format.js";
import { shared } from "./styles.js";

class RecoveryPlaybooks extends LitElement {
  static properties = { playbooks: {} };

  static styles = [
    shared,
    css`
      section {
        padding: 10px 14px;
      }
      li {
        padding: 6px 0;
        border-top: 1px solid var(--line);
      }
      h2 {
        margin-bottom: 2px;
      }
      ul {
        margin-top: 6px;
      }
      .limits {
        font-size: 12px;
      }
    `,
  ];

  render() {
    const { playbooks } = this;
    if (!playbooks) return nothing;
    const { mode, share, approvedUpTo, learning, items } = playbooks;
    return html`<section class="card" aria-labelledby="title"><h2 id="title">Playbooks</h2>
      ${items.length === 0 ? html`<p class="muted">No node heals yet; when one does, what it goes by is told here.</p>`
        : html`<p class="muted">Healing is <b>${mode}</b>; at most ${Math.round(share * 100)} % of the fleet at once; a person approves what is riskier than ${approvedUpTo}; ${learning ? "what has helped most is tried first" : "tried in the order written"}.</p>
          <ul>${items.map((each) => this.#playbook(each))}</ul>`}</section>`;
  }

  #playbook({ cause, rules, actions, verifyWithin, budget, per }) {
    return html`<li><b>${cause}</b> <span class="muted">from ${rules.join(", ")}</span>
      <div>${actions.map(({ action, tried, healed }, index) => html`${index > 0 ? " → " : nothing}${action} <span class="muted">${tried === 0 ? "(never tried)" : `(helped ${healed} of ${tried})`}</span>`)}</div>
      <div class="limits muted">measured again within ${duration(milliseconds(verifyWithin))}; ${budget} times in ${duration(milliseconds(per))}, then people are called</div></li>`;
  }
}

customElements.define("mainstay-recovery-playbooks", RecoveryPlaybooks);

// The screens, in the order of the navigation. To add one: a line here, its files in WebAssets and its paths in
// WebAssets.SCREENS. One without a word is reached from the one it is `within`; of one with `beside`, the one thing of an
// address stands beside the list of all. `draw` gets the fleet (caller, live stream) and the place {screen, id, query} of
// the address.

import { html } from "lit";
import "./agent-screen.js";
import "./alerts-screen.js";
import "./fleet-screen.js";
import "./forecasts-screen.js";
import "./messages-screen.js";
import "./queue-screen.js";
import "./queues-screen.js";
import "./recovery-screen.js";
import "./schedules-screen.js";
import "./slos-screen.js";
import "./task-screen.js";
import "./tasks-screen.js";

export const SCREENS = [
  { path: "", word: "Fleet", draw: (fleet, place) => html`<mainstay-fleet-screen .fleet=${fleet} .place=${place}></mainstay-fleet-screen>` },
  { path: "agents", within: "", draw: (fleet, place) => html`<mainstay-agent-screen .fleet=${fleet} .agentId=${place.id}></mainstay-agent-screen>` },
  { path: "alerts", beside: true, word: "Alerts", draw: (fleet, place) => html`<mainstay-alerts-screen .fleet=${fleet} .place=${place}></mainstay-alerts-screen>` },
  { path: "recoveries", beside: true, word: "Recovery", draw: (fleet, place) => html`<mainstay-recovery-screen .fleet=${fleet} .place=${place}></mainstay-recovery-screen>` },
  { path: "tasks", word: "Tasks", draw: (fleet, place) => (place.id
    ? html`<mainstay-task-screen .fleet=${fleet} .taskId=${place.id}></mainstay-task-screen>`
    : html`<mainstay-tasks-screen .fleet=${fleet} .place=${place}></mainstay-tasks-screen>`) },
  { path: "queues", word: "Queues", draw: (fleet, place) => (place.id
    ? html`<mainstay-queue-screen .fleet=${fleet} .name=${place.id}></mainstay-queue-screen>`
    : html`<mainstay-queues-screen .fleet=${fleet}></mainstay-queues-screen>`) },
  { path: "slos", beside: true, word: "SLOs", draw: (fleet, place) => html`<mainstay-slos-screen .fleet=${fleet} .place=${place}></mainstay-slos-screen>` },
  { path: "forecasts", beside: true, word: "Forecasts", draw: (fleet, place) => html`<mainstay-forecasts-screen .fleet=${fleet} .place=${place}></mainstay-forecasts-screen>` },
  { path: "messages", word: "Messages", draw: (fleet, place) => html`<mainstay-messages-screen .fleet=${fleet} .place=${place}></mainstay-messages-screen>` },
  { path: "schedules", word: "Schedules", draw: (fleet, place) => html`<mainstay-schedules-screen .fleet=${fleet} .place=${place}></mainstay-schedules-screen>` },
];

/** The screen of a path; undefined when there is none. */
export const screenOf = (path) => SCREENS.find((screen) => screen.path === path);

// The screens, in the order of the navigation. To add one: a line here, its files in WebAssets and its paths in
// WebAssets.SCREENS. `draw` gets the fleet (caller, live stream) and the place {screen, id, query} of the address.

import { html } from "lit";
import "./fleet-screen.js";
import "./schedules-screen.js";

export const SCREENS = [
  { path: "", word: "Fleet", draw: (fleet, place) => html`<mainstay-fleet-screen .fleet=${fleet} .place=${place}></mainstay-fleet-screen>` },
  { path: "schedules", word: "Schedules", draw: (fleet, place) => html`<mainstay-schedules-screen .fleet=${fleet} .place=${place}></mainstay-schedules-screen>` },
];

/** The screen of a path; undefined when there is none. */
export const screenOf = (path) => SCREENS.find((screen) => screen.path === path);

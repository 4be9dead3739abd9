// The answers a person can give to alerts, as the dialog asks for them. Each is a request of the public API.

import { subjectOf } from "./alerts.js";
import * as api from "./api.js";
import { moment, plural } from "./format.js";

const LENGTHS = { "15 minutes": "PT15M", "1 hour": "PT1H", "4 hours": "PT4H", "1 day": "P1D", "1 week": "P7D" };

export const canAcknowledge = (alert) => alert.state === "firing";
export const canResolve = (alert) => alert.state === "firing" || alert.state === "acknowledged";

const nameOf = (alert) => [alert.rule, subjectOf(alert)].filter(Boolean).join(" · ");
const nameAll = (alerts) => (alerts.length === 1 ? nameOf(alerts[0]) : plural(alerts.length, "alert"));

/** Sends the note to each; one that was answered by somebody else meanwhile is no failure among many. */
function each(alerts, what, after) {
  return async (note, values, progress) => {
    for (const [index, alert] of alerts.entries()) {
      if (alerts.length > 1) progress(`${index} of ${alerts.length}…`);
      try {
        await api.post(api.alertPath(alert.id, what), { note });
      } catch (refusal) {
        if (alerts.length === 1 || refusal.code !== "ALERT_STATE") throw refusal;
      }
    }
    after();
  };
}

export function askToAcknowledge(alerts, after) {
  const open = alerts.filter(canAcknowledge);
  return { verb: "Acknowledge", subject: nameAll(open), effect: "You take care of it: nobody further up is told. It leaves this list, and is resolved by itself once its condition holds no more.",
    act: each(open, "/acknowledge", after) };
}

export function askToResolve(alerts, after) {
  const open = alerts.filter(canResolve);
  return { verb: "Resolve", subject: nameAll(open), effect: "You say that it is over. Should its condition still hold, it fires again.", grave: true,
    act: each(open, "/resolve", after) };
}

/** What a silence may cover, from the narrowest: [words, fields of the request]. */
function covers(alerts) {
  const rules = new Set(alerts.map((alert) => alert.rule));
  const agents = new Set(alerts.map((alert) => alert.agent ?? ""));
  const nodes = new Set(alerts.map((alert) => alert.node ?? ""));
  const rule = rules.size === 1 && alerts[0].rule;
  const agent = agents.size === 1 && alerts[0].agent;
  const node = nodes.size === 1 && alerts[0].node;
  return [
    rule && agent && [`${rule} of ${agent}`, { rule, agent }],
    rule && !agent && node && [`${rule} on node ${node}`, { rule, node }],
    agent && [`all alerts of ${agent}`, { agent }],
    rule && [`${rule} of everybody`, { rule }],
    node && [`all alerts on node ${node}`, { node }],
  ].filter(Boolean);
}

export function askToSilence(alerts, after) {
  const choices = covers(alerts);
  if (choices.length === 0) return null;
  return {
    verb: "Silence", subject: nameAll(alerts), effect: "What is covered is not told and not treated until the silence ends. The alerts stay in the list “Quiet”.",
    fields: [
      { name: "covers", label: "What", kind: "choice", choices: choices.map(([words]) => words), value: choices[0][0] },
      { name: "lasts", label: "For how long", kind: "choice", choices: Object.keys(LENGTHS), value: "1 hour" },
    ],
    act: async (reason, { covers: words, lasts }) => {
      const [, matches] = choices.find(([each]) => each === words);
      await api.post("/api/v1/silences", { ...matches, for: LENGTHS[lasts], reason });
      after();
    },
  };
}

export const silenceWords = (silence) =>
  [silence.rule, silence.agent && `of ${silence.agent}`, silence.node && `on node ${silence.node}`, silence.severity && `up to ${silence.severity}`].filter(Boolean).join(" ") || "all alerts";

export const askToUnsilence = (silence, after) => ({
  verb: "End", subject: `the ${silence.kind} of ${silenceWords(silence)}`, reason: false, effect: `It would have lasted until ${moment(silence.endsAt)}. What it covers and still fires is told again.`,
  act: async () => {
    await api.remove(`/api/v1/silences/${encodeURIComponent(silence.id)}`);
    after();
  },
});

/** A rule on, or off, whoever made it. */
export const askToSwitch = ({ name, enabled }, after) => ({
  verb: enabled ? "Switch off" : "Switch on", subject: name, grave: enabled,
  effect: enabled ? "Nothing is looked for by it any more, also after a start; its alerts are resolved." : "It is looked for again.",
  act: async (reason) => {
    await api.post(`/api/v1/alert-rules/${encodeURIComponent(name)}/${enabled ? "disable" : "enable"}`, { reason });
    after();
  },
});

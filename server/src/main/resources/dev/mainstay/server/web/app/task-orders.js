// The orders a person can give to tasks, as the dialog asks for them. Each is a request of the public API.

import * as api from "./api.js";
import { now } from "./clock.js";
import { count, plural } from "./format.js";
import { filterBody, filterWords, PRIORITIES, shortId } from "./tasks.js";

/** What can be done to one task as it stands: [{word, grave, ask}]; `after(answer)` is called when it was done. */
export function ordersFor(task, after) {
  const open = task.state === "open";
  const name = `${task.type} ${shortId(task.id)}`;
  const order = (verb, rest, more) => ({
    word: verb, ask: { verb, subject: name, ...more, act: async (reason, values) => after(await api.post(api.taskPath(task.id, rest), { reason, ...values })) },
  });
  const approval = task.waiting?.kind === "approval" ? task.waiting.name : null;
  return [
    ...(approval ? decisions(task, name, approval, after) : []),
    ...(open ? [signal(task, name, after)] : []),
    ...(task.place === "delayed" ? [order("Retry now", "/retry", { effect: "It does not wait for its time any longer." })] : []),
    ...(task.state === "dead" ? [redrive(task, order)] : []),
    order("Fork", "/fork", fork(task)),
    ...(open ? [order("Cancel", "/cancel", { grave: true, effect: task.place === "running"
      ? "The worker that runs it is asked to stop, and interrupted when it does not." : "It ends at once and does not run any more." })] : []),
  ];
}

function decisions(task, subject, name, after) {
  const decide = (verb, approved, effect) => ({
    word: verb, prime: approved,
    ask: { verb, subject: `“${name}”`, effect, grave: !approved,
      act: async (reason) => after(await api.post(api.taskPath(task.id, "/approve"), { name, approved, reason })) },
  });
  return [decide("Approve", true, `${subject} goes on.`), decide("Refuse", false, `${subject} is told that it was refused, and decides what that means.`)];
}

function signal(task, subject, after) {
  const awaited = task.waiting?.kind === "signal" ? task.waiting.name : "";
  return {
    word: "Signal",
    ask: { verb: "Signal", subject, reason: false, effect: "A signal it waits for lets it go on; one it will wait for is kept until then.",
      fields: [{ name: "name", label: "Name of the signal", kind: "text", value: awaited, required: true }, { name: "value", label: "Value (JSON)", kind: "json", hint: "null" }],
      act: async (_, values) => after(await api.post(api.taskPath(task.id, "/signal"), values)) },
  };
}

const payloadField = (task) => ({ name: "payload", label: "Payload (JSON)", kind: "json", required: true, value: JSON.stringify(task.payload, null, 2) });

const redrive = (task, order) => order("Redrive", "/redrive", {
  effect: "It begins again, with this payload; steps that are done stay done.", fields: [payloadField(task)],
});

/** From which step a fork begins: 0 is from the start. */
export const fork = (task, steps = 0) => ({
  effect: `A new task begins behind the first steps of this one, of which ${count(task.steps)} are stored; this one stays as it is.`,
  fields: [{ name: "steps", label: "Steps that count as done", kind: "number", value: steps, required: true }, payloadField(task)],
});

/** The dialog for a fork from one step of the waterfall. */
export const askToFork = (task, steps, after) => ({
  verb: "Fork", subject: `${task.type} ${shortId(task.id)}`, ...fork(task, steps),
  act: async (reason, values) => after(await api.post(api.taskPath(task.id, "/fork"), { reason, ...values })),
});

/** Cancels or retries all that a filter means: counts first, then goes on batch by batch until nothing is left. */
export function askForAll(kind, filter, after) {
  const verb = kind === "cancel" ? "Cancel" : "Retry";
  const path = `/api/v1/tasks/${kind}`;
  const body = { filter: filterBody(filter, now()) };
  return {
    ...asManyAsThereAre(path, body, after, kind === "cancel" ? "can be cancelled" : "can be tried again"),
    verb, subject: `tasks: ${filterWords(filter)}`, grave: kind === "cancel",
  };
}

/** Makes all dead letters of a queue claimable again. */
export const askToRedriveAll = (queue, after) => ({
  ...asManyAsThereAre(api.queuePath(queue, "/redrive"), {}, after, "begin again"), verb: "Redrive", subject: `all dead letters of ${queue}`,
});

function asManyAsThereAre(path, body, after, words) {
  return {
    effect: "Counting…",
    prepare: async () => {
      const matched = await batches(path, { ...body, reason: "counting", preview: true }, () => {}, "matched");
      return { effect: `${plural(matched, "task")} ${words}${matched === 0 ? ": nothing to do." : "."}`, pointless: matched === 0 };
    },
    act: async (reason, values, progress) => after(await batches(path, { ...body, reason }, (done) => progress(`${count(done)} done…`), "changed")),
  };
}

async function batches(path, body, progress, figure) {
  let total = 0;
  let cursor;
  do {
    const done = await api.post(path, { ...body, cursor });
    total += done[figure];
    cursor = done.next ?? undefined;
    progress(total);
  } while (cursor);
  return total;
}

/** A task by hand. */
export function askToEnqueue(types, type, after) {
  return {
    verb: "Enqueue", subject: "a task", reason: false, effect: "Durable when the answer is there. A type nobody works on is kept and shown as “no worker”.",
    fields: [
      { name: "type", label: "Type", kind: "text", value: type, required: true, choices: types },
      { name: "payload", label: "Payload (JSON)", kind: "json", required: true, value: "{}" },
      { name: "queue", label: "Queue", kind: "text", hint: "of the name of its type" },
      { name: "priority", label: "Priority", kind: "choice", value: "normal", choices: PRIORITIES },
      { name: "delay", label: "Not before", kind: "text", hint: "a duration such as PT5M; at once without it" },
      { name: "uniqueKey", label: "Unique key", kind: "text", hint: "the only open task of its type with this key" },
    ],
    act: async (_, values) => after(await api.post("/api/v1/tasks", values)),
  };
}

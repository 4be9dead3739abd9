// The orders a person can give to an agent or a node, as the dialog asks for them.

const COMMANDS = {
  pause: ["Pause", "It stays in place and keeps its heartbeat, but does not tick until it is resumed."],
  resume: ["Resume", "It runs again."],
  maintenance: ["Put into maintenance", "It is taken out of work; what it does not do meanwhile counts against nobody."],
  restart: ["Restart", "It is stopped and started. This ends a quarantine and brings a shut down agent back."],
  shutdown: ["Shut down", "It is stopped for good, until it is resumed or restarted."],
  drain: ["Drain", "It hands its agents to the other nodes and takes no new ones."],
};
const GRAVE = ["shutdown", "drain"];

/** What can be ordered of an agent as it stands: [[command, word]]. */
export function offered(agent) {
  const stopped = ["shutdown", "inactive"].includes(agent.state) || agent.desired === "shutdown";
  const held = ["paused", "maintenance"].includes(agent.desired);
  if (agent.source === "slot" && agent.state === "inactive") return [];
  return [
    held || stopped ? ["resume", "Resume"] : ["pause", "Pause"],
    ...(held || stopped ? [] : [["maintenance", "Maintenance"]]),
    ["restart", "Restart"],
    ...(stopped ? [] : [["shutdown", "Shut down"]]),
  ];
}

/** The question about a command to an agent or a node of the fleet. */
export function askFor(fleet, { agent, node, command }) {
  const [verb, effect] = COMMANDS[command];
  const act = node ? (reason) => fleet.drain(node, reason) : (reason) => fleet.command(agent, command, reason);
  return { verb, subject: agent ?? node, effect, grave: GRAVE.includes(command), act };
}

/// The agents that are on by default and watch the fleet itself: `agent_coordinator`, `performance_monitor`,
/// `heartbeat_health_agent`. [dev.mainstay.agents.builtin.BuiltinAgents] adds them, and the slots, to a fleet.
///
/// What belongs to one machine is measured by a [dev.mainstay.agents.builtin.HostMonitor] in each process, not by an
/// agent: an agent runs on one node of the fleet, and every node has to be measured.
@NullMarked
package dev.mainstay.agents.builtin;

import org.jspecify.annotations.NullMarked;

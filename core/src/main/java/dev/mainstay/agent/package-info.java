/// Agents: supervised, long-lived workers that do something at each tick.
///
/// A user writes an [Agent][dev.mainstay.agent.Agent]; [AgentRunner][dev.mainstay.agent.AgentRunner] runs its
/// ticks on one node, [AgentLife][dev.mainstay.agent.AgentLife] leads it through its states, and the
/// [Supervisor][dev.mainstay.agent.Supervisor] decides after a crash.
///
/// ```text
/// inactive -> initializing -> registering -> configuring -> monitoring -> active
/// active <-> optimizing, active <-> maintenance, active -> recovering -> active
/// (start-up states, recovering) -> failed -> recovering | quarantined | shutdown
/// quarantined -> initializing (by a person or after its back-off)
/// any running state -> shutdown -> initializing (its next life) | inactive (back to a slot)
/// ```
@NullMarked
package dev.mainstay.agent;

import org.jspecify.annotations.NullMarked;

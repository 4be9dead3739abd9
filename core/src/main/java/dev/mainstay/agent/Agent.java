package dev.mainstay.agent;

/// A supervised, long-lived worker. One tick runs at a time; after a crash a fresh instance takes over.
///
/// Every method may throw: what it throws is the crash the supervisor answers. An [Error] of one agent
/// never takes the others down. [#start] and the factory have the deadline of a tick, [#close] at most
/// ten seconds of it: what runs longer is interrupted, then abandoned. `System.exit` does end the
/// process: run code you do not trust as a `command` agent.
@FunctionalInterface
public interface Agent {
    /// One run of the work. Interruption means that the deadline has passed or the agent is being stopped.
    WorkResult tick(AgentContext context) throws Exception;

    /// Called once before the first tick; a place to open what the ticks need.
    default void start(AgentContext context) throws Exception {}

    /// Called when what the agent holds open to the outside (connections, pools, sessions)
    /// seems to be broken: a place to let it go and open it anew, beside ticks that go on.
    /// Has the bound of [#close].
    default void reconnect(AgentContext context) throws Exception {}

    /// Called once after the last tick, also after a crash.
    default void close() throws Exception {}
}

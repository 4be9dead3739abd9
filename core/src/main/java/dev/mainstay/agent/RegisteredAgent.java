package dev.mainstay.agent;

/// An agent as the registry knows it. Immutable.
public record RegisteredAgent(AgentSpec spec, AgentState state, DesiredState desired, AgentSource source) {}

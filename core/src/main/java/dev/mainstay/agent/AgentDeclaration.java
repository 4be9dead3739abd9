package dev.mainstay.agent;

import java.util.UUID;

/// An agent as somebody declared it. Immutable.
public record AgentDeclaration(UUID organization, AgentSpec spec, AgentSource source) {}

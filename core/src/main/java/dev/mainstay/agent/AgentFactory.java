package dev.mainstay.agent;

/// Makes a fresh instance of an agent, at its start and after each crash.
@FunctionalInterface
public interface AgentFactory {
    Agent create(AgentSpec spec) throws Exception;
}

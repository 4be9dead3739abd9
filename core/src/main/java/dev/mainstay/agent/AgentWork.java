package dev.mainstay.agent;

/// An agent in one lambda: what a tick does. Use [Agent] when a tick has something to report or to open first.
@FunctionalInterface
public interface AgentWork {
    void run(AgentContext context) throws Exception;
}

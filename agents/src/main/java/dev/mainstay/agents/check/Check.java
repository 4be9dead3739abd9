package dev.mainstay.agents.check;

import dev.mainstay.agent.AgentContext;

/// One look at something; a bad finding is an outcome, not an exception.
interface Check extends AutoCloseable {
    CheckOutcome look(AgentContext context) throws InterruptedException;

    @Override
    default void close() {}
}

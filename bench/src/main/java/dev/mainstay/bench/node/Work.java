package dev.mainstay.bench.node;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;

/// The kind of all agents of a bench, so that a node offers one word and not thousands. Thread-safe.
record Work(Agent agent) implements AgentKind<Work.Nothing> {
    static final String NAME = "bench";

    /// It has no settings.
    record Nothing() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "does what the bench measures";
    }

    @Override
    public Class<Nothing> settings() {
        return Nothing.class;
    }

    @Override
    public Agent create(AgentSpec spec, Nothing settings) {
        return agent;
    }
}

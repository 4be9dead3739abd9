package dev.mainstay.bench.faults;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.config.Default;

/// The kind of all agents of a campaign. Thread-safe.
record FaultyKind(SwitchBoard board, int exchange) implements AgentKind<FaultyKind.Settings> {
    static final String NAME = "bench-faulty";

    /// With `bad` it cannot be made.
    record Settings(@Default("good") String mode) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "misbehaves on demand";
    }

    @Override
    public Class<Settings> settings() {
        return Settings.class;
    }

    @Override
    public Agent create(AgentSpec spec, Settings settings) throws Exception {
        if (settings.mode().equals("bad")) {
            var fault = board.of(spec.id());
            if (fault != null) {
                board.bad(fault);
            }
            throw new IllegalArgumentException("mode must be good, was bad");
        }
        return new FaultyAgent(board, exchange);
    }
}

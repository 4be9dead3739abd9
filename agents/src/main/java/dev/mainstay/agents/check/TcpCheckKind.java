package dev.mainstay.agents.check;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.concurrent.MonotonicClock;

/// `tcp-check`: a failed tick means that nothing accepts connections there, or that the expected answer did not come in
/// time. Stateless and thread-safe.
public final class TcpCheckKind implements AgentKind<TcpCheckSettings> {
    @Override
    public String name() {
        return "tcp-check";
    }

    @Override
    public String description() {
        return "Connects to a port, and may send a text and expect one back.";
    }

    @Override
    public Class<TcpCheckSettings> settings() {
        return TcpCheckSettings.class;
    }

    @Override
    public Agent create(AgentSpec spec, TcpCheckSettings settings) {
        return new CheckAgent(new TcpCheck(settings, MonotonicClock.system()));
    }
}

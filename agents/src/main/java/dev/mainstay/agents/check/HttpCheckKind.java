package dev.mainstay.agents.check;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.concurrent.MonotonicClock;

/// `http-check`: a failed tick means that the address did not answer in time, or not as expected, or that its
/// certificate is about to expire. Stateless and thread-safe.
public final class HttpCheckKind implements AgentKind<HttpCheckSettings> {
    @Override
    public String name() {
        return "http-check";
    }

    @Override
    public String description() {
        return "Asks a web address and expects a status, a body, a latency and a certificate that stays valid.";
    }

    @Override
    public Class<HttpCheckSettings> settings() {
        return HttpCheckSettings.class;
    }

    @Override
    public Agent create(AgentSpec spec, HttpCheckSettings settings) throws Exception {
        return new CheckAgent(new HttpCheck(settings, MonotonicClock.system()));
    }
}

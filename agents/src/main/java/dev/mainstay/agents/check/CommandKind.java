package dev.mainstay.agents.check;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.concurrent.MonotonicClock;

/// `command`: a failed tick means that the program could not be started, did not end in time, or ended with another
/// exit code or output than expected. Stateless and thread-safe.
public final class CommandKind implements AgentKind<CommandSettings> {
    @Override
    public String name() {
        return "command";
    }

    @Override
    public String description() {
        return "Runs a program, without a shell, and expects an exit code.";
    }

    @Override
    public Class<CommandSettings> settings() {
        return CommandSettings.class;
    }

    @Override
    public Agent create(AgentSpec spec, CommandSettings settings) {
        return new CheckAgent(new CommandCheck(settings, System.getenv(), MonotonicClock.system()));
    }
}

package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import java.util.Map;

/// Has the agent started anew, as a person would by `agent restart`. Thread-safe.
final class RestartAction implements RecoveryAction {
    static final String NAME = "restart-agent";

    private final AgentCommands commands;

    RestartAction(AgentCommands commands) {
        this.commands = commands;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Risk risk() {
        return Risk.LOW;
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        String agent = patient.requireAgent();
        commands.give(patient.organization(), agent, AgentCommand.RESTART, patient.reason(), patient.actor());
        return Map.of("restarted", agent);
    }
}

package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.task.NotRetryableException;
import java.util.Map;
import org.jdbi.v3.core.Handle;

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
        commands.give(
                patient.organization(),
                agent,
                AgentCommand.RESTART,
                patient.reason(),
                patient.actor(),
                handle -> requireAtLarge(handle, patient));
        return Map.of("restarted", agent);
    }

    /// A quarantine is the supervisor's word that starting it anew does not help; it ends by itself.
    private static void requireAtLarge(Handle handle, Patient patient) {
        boolean isQuarantined = handle.createQuery("""
                        SELECT count(*)
                        FROM agents
                        WHERE organization_id = :organization AND id = :agent AND state = 'quarantined'
                        """)
                        .bind("organization", patient.organization())
                        .bind("agent", patient.agent())
                        .mapTo(Integer.class)
                        .one()
                == 1;
        if (isQuarantined) {
            throw new NotRetryableException(
                    patient.agent() + " is quarantined, and a restart would only end its back-off");
        }
    }
}

package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Lets what the agent depends on be for a while: the agent is paused, and resumed by itself. Its next
/// ticks tell whether that answers again. Thread-safe.
final class CircuitAction implements RecoveryAction {
    static final String NAME = "open-circuit";

    private static final Duration OPEN_FOR = Duration.ofSeconds(15);

    /// What somebody asked of it since is theirs.
    private static final String IS_OURS = """
            SELECT coalesce((
                SELECT detail ->> 'actor' = :actor
                FROM system_events
                WHERE organization_id = :organization AND agent_id = :agent AND type = 'agent.commanded'
                ORDER BY at DESC
                LIMIT 1), false)
            """;

    private final Database database;
    private final AgentCommands commands;

    CircuitAction(Database database, AgentCommands commands) {
        this.database = database;
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
    public boolean isReversible() {
        return true;
    }

    @Override
    public Optional<Duration> lasts() {
        return Optional.of(OPEN_FOR);
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        String agent = patient.requireAgent();
        commands.give(patient.organization(), agent, AgentCommand.PAUSE, patient.reason(), patient.actor());
        return Map.of("paused", agent, "seconds", OPEN_FOR.toSeconds());
    }

    @Override
    public Optional<String> undo(Patient patient, Map<String, ?> done) {
        String agent = patient.requireAgent();
        boolean isOurs = database.read(handle -> handle.createQuery(IS_OURS)
                .bind("organization", patient.organization())
                .bind("agent", agent)
                .bind("actor", patient.actor())
                .mapTo(Boolean.class)
                .one());
        boolean isResumed = isOurs
                && commands.give(
                        patient.organization(),
                        agent,
                        AgentCommand.RESUME,
                        "half open: whether it answers again",
                        patient.actor());
        return isResumed ? Optional.of(agent + " is resumed") : Optional.empty();
    }
}

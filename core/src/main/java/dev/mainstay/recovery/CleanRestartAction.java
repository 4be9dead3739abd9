package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Database;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Starts the agent anew without the state it keeps under `agents/ID/`. That is set aside under
/// `recovery/RECOVERY/` together with the command, once: a second call after a crash leaves alone what the
/// agent keeps since. It is put back when this is undone. Thread-safe.
final class CleanRestartAction implements RecoveryAction {
    static final String NAME = "restart-clean";

    private static final String BECAUSE = "without its state: ";

    private static final String SET_ASIDE = """
            UPDATE system_state
            SET key = :aside || key, updated_at = clock_timestamp(), updated_by = :actor
            WHERE organization_id = :organization AND starts_with(key, :prefix)
                AND NOT EXISTS (
                    SELECT
                    FROM system_events event
                    WHERE event.organization_id = :organization AND event.agent_id = :agent
                        AND event.at > clock_timestamp() - interval '1 hour' AND event.type = 'agent.commanded'
                        AND event.detail ->> 'actor' = :actor AND starts_with(event.cause, :because))
            """;

    private static final String HAS_STATE = """
            SELECT EXISTS (
                SELECT FROM system_state WHERE organization_id = :organization AND starts_with(key, 'agents/' || :agent || '/'))
            """;

    private static final String ASIDE = """
            SELECT substr(key, length(:aside) + 1)
            FROM system_state
            WHERE organization_id = :organization AND starts_with(key, :aside)
            ORDER BY key
            """;

    /// What is there again stays, and so does what was set aside of that key.
    private static final String PUT_BACK = """
            UPDATE system_state aside
            SET key = substr(aside.key, length(:aside) + 1), updated_at = clock_timestamp(), updated_by = :actor
            WHERE aside.organization_id = :organization AND starts_with(aside.key, :aside)
                AND NOT EXISTS (
                    SELECT
                    FROM system_state again
                    WHERE again.organization_id = aside.organization_id
                        AND again.key = substr(aside.key, length(:aside) + 1))
            """;

    private final Database database;
    private final AgentCommands commands;

    CleanRestartAction(Database database, AgentCommands commands) {
        this.database = database;
        this.commands = commands;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Risk risk() {
        return Risk.HIGH;
    }

    @Override
    public boolean isReversible() {
        return true;
    }

    /// Without state it is a plain restart.
    @Override
    public Optional<String> whyPointless(Handle handle, Patient patient, List<String> tried) {
        if (!tried.contains(RestartAction.NAME)) {
            return Optional.empty();
        }
        return patient.is(handle, HAS_STATE) ? Optional.empty() : Optional.of("it keeps no state, and was restarted");
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        String agent = patient.requireAgent();
        commands.give(
                patient.organization(),
                agent,
                AgentCommand.RESTART,
                BECAUSE + patient.reason(),
                patient.actor(),
                handle -> handle.createUpdate(SET_ASIDE)
                        .bind("organization", patient.organization())
                        .bind("aside", aside(patient))
                        .bind("prefix", "agents/" + agent + "/")
                        .bind("agent", agent)
                        .bind("because", BECAUSE)
                        .bind("actor", patient.actor())
                        .execute());
        return Map.of(
                "restarted",
                agent,
                "setAside",
                database.read(handle -> aside(handle, patient)),
                "under",
                aside(patient));
    }

    private static List<String> aside(Handle handle, Patient patient) {
        return handle.createQuery(ASIDE)
                .bind("organization", patient.organization())
                .bind("aside", aside(patient))
                .mapTo(String.class)
                .list();
    }

    private static String aside(Patient patient) {
        return "recovery/" + patient.recovery() + "/";
    }

    @Override
    public Optional<String> undo(Patient patient, Map<String, ?> done) {
        return database.write(handle -> {
            int back = handle.createUpdate(PUT_BACK)
                    .bind("organization", patient.organization())
                    .bind("aside", aside(patient))
                    .bind("actor", patient.actor())
                    .execute();
            List<String> left = aside(handle, patient);
            if (back == 0 && left.isEmpty()) {
                return Optional.<String>empty();
            }
            return Optional.of(back + " entries of its state are put back"
                    + (left.isEmpty()
                            ? ""
                            : ", " + left.size() + " are there again and the former ones stay under "
                                    + aside(patient)));
        });
    }
}

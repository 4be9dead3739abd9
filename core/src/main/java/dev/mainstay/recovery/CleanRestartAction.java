package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Database;
import java.util.List;
import java.util.Map;

/// Starts the agent anew without the state it keeps under `agents/ID/`. That is set aside under `recovery/RECOVERY/`,
/// where a second call after a crash finds it too, and put back when this is undone. Thread-safe.
final class CleanRestartAction implements RecoveryAction {
    static final String NAME = "restart-clean";

    private static final String SET_ASIDE = """
            UPDATE system_state
            SET key = :aside || key, updated_at = clock_timestamp(), updated_by = :actor
            WHERE organization_id = :organization AND starts_with(key, :prefix)
            """;

    private static final String ASIDE = """
            SELECT substr(key, length(:aside) + 1)
            FROM system_state
            WHERE organization_id = :organization AND starts_with(key, :aside)
            ORDER BY key
            """;

    /// Keys that are there again stay as they are.
    private static final String PUT_BACK = """
            WITH taken AS (
                DELETE FROM system_state
                WHERE organization_id = :organization AND starts_with(key, :aside)
                RETURNING *)
            INSERT INTO system_state (organization_id, key, value, updated_by)
            SELECT organization_id, substr(key, length(:aside) + 1), value, :actor
            FROM taken
            ON CONFLICT DO NOTHING
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
        return Risk.MEDIUM;
    }

    @Override
    public boolean isReversible() {
        return true;
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        String agent = patient.requireAgent();
        List<String> keys = database.write(handle -> {
            handle.createUpdate(SET_ASIDE)
                    .bind("organization", patient.organization())
                    .bind("aside", aside(patient))
                    .bind("prefix", "agents/" + agent + "/")
                    .bind("actor", patient.actor())
                    .execute();
            return handle.createQuery(ASIDE)
                    .bind("organization", patient.organization())
                    .bind("aside", aside(patient))
                    .mapTo(String.class)
                    .list();
        });
        commands.give(
                patient.organization(),
                agent,
                AgentCommand.RESTART,
                "without its state: " + patient.reason(),
                patient.actor());
        return Map.of("restarted", agent, "setAside", keys, "under", aside(patient));
    }

    private static String aside(Patient patient) {
        return "recovery/" + patient.recovery() + "/";
    }

    @Override
    public boolean undo(Patient patient, Map<String, ?> done) {
        return database.write(handle -> handle.createUpdate(PUT_BACK)
                        .bind("organization", patient.organization())
                        .bind("aside", aside(patient))
                        .bind("actor", patient.actor())
                        .execute())
                > 0;
    }
}

package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Starts the agent anew without the state it keeps under `agents/ID/`, which is put back when that is undone.
/// Thread-safe.
final class CleanRestartAction implements RecoveryAction {
    static final String NAME = "restart-clean";

    private record Entry(String key, String value) {}

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
    public Map<String, ?> act(Patient patient) {
        List<Entry> taken = database.write(handle -> handle.createQuery("""
                        DELETE FROM system_state
                        WHERE organization_id = :organization AND starts_with(key, :prefix)
                        RETURNING key, value::text AS value
                        """)
                .bind("organization", patient.organization())
                .bind("prefix", prefix(patient))
                .map((row, context) -> new Entry(row.getString("key"), row.getString("value")))
                .list());
        String reason = patient.cause() + ", without its state: " + patient.summary();
        commands.give(patient.organization(), patient.agent(), AgentCommand.RESTART, reason, patient.actor());
        return Map.of(
                "restarted",
                patient.agent(),
                "state",
                taken.stream().collect(Collectors.toMap(Entry::key, entry -> Jsonb.node(entry.value()))));
    }

    private static String prefix(Patient patient) {
        return "agents/" + patient.agent() + "/";
    }

    /// Keys that are there again stay as they are.
    @Override
    public boolean undo(Patient patient, Map<String, ?> done) {
        if (!(done.get("state") instanceof Map<?, ?> state) || state.isEmpty()) {
            return false;
        }
        database.write(handle -> {
            state.forEach((key, value) -> handle.createUpdate("""
                            INSERT INTO system_state (organization_id, key, value, updated_by)
                            VALUES (:organization, :key, :value::jsonb, :actor)
                            ON CONFLICT DO NOTHING
                            """)
                    .bind("organization", patient.organization())
                    .bind("key", String.valueOf(key))
                    .bind("value", Jsonb.any(value))
                    .bind("actor", patient.actor())
                    .execute());
            return state.size();
        });
        return true;
    }
}

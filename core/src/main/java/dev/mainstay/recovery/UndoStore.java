package dev.mainstay.recovery;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Which actions are to be undone, and which were. Thread-safe.
final class UndoStore {
    private static final String DUE = """
            SELECT action.organization_id, action.recovery_id, action.ordinal, action.action, recovery.agent_id,
                recovery.queue, recovery.cause, recovery.alert_summary
            FROM recovery_actions action
            JOIN recoveries recovery USING (organization_id, recovery_id)
            WHERE action.undo_due_at <= clock_timestamp() AND action.undo_task_id IS NULL
            ORDER BY action.undo_due_at
            FOR UPDATE OF action
            """;

    private static final String DONE = """
            SELECT result::text
            FROM recovery_actions
            WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                AND undone_at IS NULL
            """;

    private static final String UNDONE = """
            WITH undone AS (
                UPDATE recovery_actions
                SET undone_at = clock_timestamp(), undo_result = :outcome
                WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                    AND undone_at IS NULL
                RETURNING *)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'recovery.undone', 'info', nullif(agent_id, ''),
                coalesce(undo_reason, 'its time is over'),
                jsonb_build_object('recovery', recovery_id, 'step', ordinal, 'action', action, 'result', undo_result,
                    'actor', coalesce(undo_asked_by, 'mainstay'))
            FROM undone
            """;

    private final Database database;

    UndoStore(Database database) {
        this.database = database;
    }

    /// An action whose time to be undone has come.
    record Due(Patient patient, int ordinal, String action) {}

    static List<Due> due(Handle handle) {
        return handle.createQuery(DUE)
                .map((row, context) -> new Due(
                        new Patient(
                                Columns.uuid(row, "organization_id"),
                                Columns.uuid(row, "recovery_id"),
                                row.getString("agent_id"),
                                row.getString("queue"),
                                row.getString("cause"),
                                row.getString("alert_summary")),
                        row.getInt("ordinal"),
                        row.getString("action")))
                .list();
    }

    static void enqueued(Handle handle, Due due, UUID task) {
        handle.createUpdate("""
                        UPDATE recovery_actions
                        SET undo_task_id = :task
                        WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                        """)
                .bind("organization", due.patient().organization())
                .bind("recovery", due.patient().recovery())
                .bind("ordinal", due.ordinal())
                .bind("task", task)
                .execute();
    }

    /// What an action said it did; empty when it was undone.
    Optional<Map<String, Object>> done(Patient patient, int ordinal) {
        return database.read(handle -> handle.createQuery(DONE)
                        .bind("organization", patient.organization())
                        .bind("recovery", patient.recovery())
                        .bind("ordinal", ordinal)
                        .mapTo(String.class)
                        .findOne())
                .map(Jsonb::map);
    }

    void undone(RecoveryWork.Order order, String outcome) {
        database.write(handle -> handle.createUpdate(UNDONE)
                .bind("organization", order.patient().organization())
                .bind("recovery", order.patient().recovery())
                .bind("ordinal", order.step())
                .bind("outcome", outcome)
                .execute());
    }
}

package dev.mainstay.recovery;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Which actions are to be undone, and which were. Thread-safe.
final class UndoStore {
    /// Also those whose undoing has failed for good a while ago: what was stopped must not stay so. After twice the
    /// time it is tried again, a day at most.
    private static final String IS_DUE = """
            action.undo_due_at <= clock_timestamp() AND action.undone_at IS NULL
                AND (action.undo_task_id IS NULL OR NOT EXISTS (
                    SELECT
                    FROM tasks task
                    WHERE task.organization_id = action.organization_id AND task.id = action.undo_task_id
                        AND (task.state = 'open' OR task.ended_at > clock_timestamp() - least(interval '1 day',
                            greatest(interval '1 minute', task.ended_at - action.undo_due_at)))))
            """;

    private static final String KEYS = """
            SELECT action.organization_id, action.recovery_id, action.ordinal
            FROM recovery_actions action
            WHERE\s""" + IS_DUE + """
            ORDER BY action.undo_due_at
            """;

    private static final String DUE = """
            SELECT action.organization_id, action.recovery_id, action.ordinal, action.action, action.undo_task_id,
                recovery.agent_id, recovery.queue, recovery.cause, recovery.alert_summary
            FROM recovery_actions action
            JOIN recoveries recovery USING (organization_id, recovery_id)
            WHERE action.organization_id = :organization AND action.recovery_id = :recovery
                AND action.ordinal = :ordinal AND\s""" + IS_DUE + """
            FOR UPDATE OF action SKIP LOCKED
            """;

    /// What the task of the action said it did, also when nobody has taken that over yet.
    private static final String DONE = """
            SELECT coalesce(nullif(action.result, '{}'), task.result, '{}')::text
            FROM recovery_actions action
            LEFT JOIN tasks task ON task.organization_id = action.organization_id AND task.id = action.task_id
            WHERE action.organization_id = :organization AND action.recovery_id = :recovery
                AND action.ordinal = :ordinal AND action.undone_at IS NULL
            """;

    /// It is told when something was taken back, or when a person had asked for it.
    private static final String UNDONE = """
            WITH undone AS (
                UPDATE recovery_actions
                SET undone_at = clock_timestamp(), undo_result = :outcome
                WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                    AND undone_at IS NULL
                RETURNING *)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'recovery.undone', 'info', nullif(agent_id, ''),
                coalesce(undo_reason,
                    CASE WHEN error IS NOT NULL OR NOT healed THEN 'it did not help' ELSE 'its time is over' END),
                jsonb_build_object('recovery', recovery_id, 'step', ordinal, 'action', action, 'result', undo_result,
                    'actor', coalesce(undo_asked_by, 'mainstay'))
            FROM undone
            WHERE :isUndone OR undo_asked_by IS NOT NULL
            """;

    private final Database database;

    UndoStore(Database database) {
        this.database = database;
    }

    /// Which action of which episode.
    record Key(UUID organization, UUID recovery, int ordinal) {}

    /// An action whose time to be undone has come.
    ///
    /// @param former the task that failed to do so before
    record Due(
            Patient patient,
            int ordinal,
            String action,
            @Nullable UUID former) {}

    static List<Key> due(Handle handle) {
        return handle.createQuery(KEYS)
                .map((row, context) -> new Key(
                        Columns.uuid(row, "organization_id"), Columns.uuid(row, "recovery_id"), row.getInt("ordinal")))
                .list();
    }

    /// The action, locked; empty when it is not due any more, or somebody else sees to it.
    static Optional<Due> lock(Handle handle, Key key) {
        return handle.createQuery(DUE)
                .bind("organization", key.organization())
                .bind("recovery", key.recovery())
                .bind("ordinal", key.ordinal())
                .map((row, context) -> new Due(
                        Patient.map(row),
                        row.getInt("ordinal"),
                        row.getString("action"),
                        row.getObject("undo_task_id", UUID.class)))
                .findOne();
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

    /// @param undone what was taken back, in words; empty when there was nothing
    void undone(RecoveryWork.Order order, Optional<String> undone) {
        database.write(handle -> handle.createUpdate(UNDONE)
                .bind("organization", order.patient().organization())
                .bind("recovery", order.patient().recovery())
                .bind("ordinal", order.step())
                .bind("outcome", undone.orElse("there was nothing to undo any more"))
                .bind("isUndone", undone.isPresent())
                .execute());
    }
}

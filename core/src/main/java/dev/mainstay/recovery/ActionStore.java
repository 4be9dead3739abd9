package dev.mainstay.recovery;

import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of what is done in episodes, in the caller's transaction. Stateless and thread-safe.
final class ActionStore {
    /// What a dry run would do.
    void rehearsed(Handle handle, Patient patient, int ordinal, String action, String reason) {
        decided(handle, patient, ordinal, action, reason, false, null, null);
    }

    /// What is to be done. When it is to be undone is known from the beginning, should nobody hear of its end.
    void decided(
            Handle handle,
            Patient patient,
            int ordinal,
            RecoveryAction action,
            String reason,
            UUID task,
            @Nullable Instant undoDue) {
        decided(handle, patient, ordinal, action.name(), reason, action.isReversible(), task, undoDue);
    }

    private void decided(
            Handle handle,
            Patient patient,
            int ordinal,
            String action,
            String reason,
            boolean isReversible,
            @Nullable UUID task,
            @Nullable Instant undoDue) {
        handle.createUpdate("""
                        INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action,
                            reason, task_id, reversible, undo_due_at)
                        VALUES (:organization, :recovery, :ordinal, :agent, :cause, :action, :reason,
                            CAST(:task AS uuid), :reversible, :undoDue)
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("agent", patient.agent())
                .bind("cause", patient.cause())
                .bind("action", action)
                .bind("reason", reason)
                .bind("task", task)
                .bind("reversible", isReversible)
                .bind("undoDue", at(undoDue))
                .execute();
    }

    private static @Nullable OffsetDateTime at(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }

    /// Takes over what the task of the action said it did.
    void done(Handle handle, Patient patient, int ordinal, RecoveryAction action) {
        handle.createUpdate("""
                        UPDATE recovery_actions action
                        SET ended_at = task.ended_at, result = coalesce(task.result, '{}'), reversible = :reversible,
                            undo_due_at = task.ended_at + make_interval(secs => CAST(:lasts AS double precision))
                        FROM tasks task
                        WHERE action.organization_id = :organization AND action.recovery_id = :recovery
                            AND action.ordinal = :ordinal
                            AND task.organization_id = action.organization_id AND task.id = action.task_id
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("reversible", action.isReversible())
                .bind("lasts", action.lasts().map(Duration::toSeconds).orElse(null))
                .execute();
    }

    /// Its task ended well and says that it did nothing. An earlier attempt may have done something, and is
    /// taken back.
    void notDone(Handle handle, Patient patient, int ordinal, String why) {
        handle.createUpdate("""
                        UPDATE recovery_actions action
                        SET ended_at = task.ended_at, result = task.result, error = :why,
                            reversible = reversible AND CAST(task.result ->> 'attempt' AS bigint) > 1,
                            undo_due_at = CASE WHEN reversible AND CAST(task.result ->> 'attempt' AS bigint) > 1
                                THEN clock_timestamp() END
                        FROM tasks task
                        WHERE action.organization_id = :organization AND action.recovery_id = :recovery
                            AND action.ordinal = :ordinal
                            AND task.organization_id = action.organization_id AND task.id = action.task_id
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("why", why)
                .execute();
    }

    /// It could not be done, or not in time. Its task is given up, and what it may have done by then is
    /// taken back.
    void failed(Handle handle, Patient patient, int ordinal, String error) {
        handle.createQuery("""
                        WITH failed AS (
                            UPDATE recovery_actions
                            SET ended_at = coalesce(ended_at, clock_timestamp()), error = :error, healed = false,
                                undo_due_at = CASE WHEN reversible THEN clock_timestamp() END
                            WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                            RETURNING organization_id, task_id)
                        SELECT coalesce(task_cancel(organization_id, task_id, :error), '')
                        FROM failed
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("error", error)
                .mapTo(String.class)
                .list();
    }

    /// What did not help is to be undone, where it can be.
    void measured(Handle handle, Patient patient, int ordinal, boolean healed, Map<String, ?> measured) {
        handle.createUpdate("""
                        UPDATE recovery_actions
                        SET healed = :healed, measured = :measured::jsonb,
                            undo_due_at = CASE WHEN NOT :healed AND reversible AND undone_at IS NULL
                                THEN least(undo_due_at, clock_timestamp()) ELSE undo_due_at END
                        WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("healed", healed)
                .bind("measured", Jsonb.text(measured))
                .execute();
    }
}

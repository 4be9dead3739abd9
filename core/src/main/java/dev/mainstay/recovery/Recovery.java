package dev.mainstay.recovery;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One episode of healing, as it stands in `recoveries`. Immutable and thread-safe.
///
/// @param agent empty when it is about a queue, and the other way round
/// @param summary what the alert said
/// @param beganAt when what is wrong began, as far as is known; `detectedAt` when the alert fired
/// @param outcome what was decided last, and why
public record Recovery(
        UUID id,
        String agent,
        String queue,
        String cause,
        UUID alert,
        String summary,
        RecoveryState state,
        Instant beganAt,
        Instant detectedAt,
        @Nullable Instant actedAt,
        @Nullable Instant endedAt,
        int step,
        String outcome,
        boolean isDryRun) {
    static final String COLUMNS = """
            recovery_id, agent_id, queue, cause, alert_id, alert_summary, state, began_at, detected_at, acted_at, ended_at,
                step, outcome, dry_run""";

    static Recovery map(ResultSet row) throws SQLException {
        return new Recovery(
                Columns.uuid(row, "recovery_id"),
                row.getString("agent_id"),
                row.getString("queue"),
                row.getString("cause"),
                Columns.uuid(row, "alert_id"),
                row.getString("alert_summary"),
                RecoveryState.of(row.getString("state")),
                Columns.instant(row, "began_at"),
                Columns.instant(row, "detected_at"),
                Columns.nullableInstant(row, "acted_at"),
                Columns.nullableInstant(row, "ended_at"),
                row.getInt("step"),
                row.getString("outcome"),
                row.getBoolean("dry_run"));
    }

    /// What was done, and whether it helped.
    ///
    /// @param result what the action said it did, JSON
    /// @param healed null until it was measured again; `measured` is what was found then, JSON
    /// @param reversible whether it can be undone; it is at `undoDueAt`, if that is set
    /// @param undoResult what became of undoing it
    public record Action(
            int ordinal,
            String action,
            String reason,
            @Nullable UUID task,
            Instant decidedAt,
            @Nullable Instant endedAt,
            String result,
            @Nullable String error,
            @Nullable Boolean healed,
            String measured,
            boolean reversible,
            @Nullable Instant undoDueAt,
            @Nullable Instant undoneAt,
            @Nullable String undoResult) {
        static Action map(ResultSet row) throws SQLException {
            return new Action(
                    row.getInt("ordinal"),
                    row.getString("action"),
                    row.getString("reason"),
                    row.getObject("task_id", UUID.class),
                    Columns.instant(row, "decided_at"),
                    Columns.nullableInstant(row, "ended_at"),
                    row.getString("result"),
                    row.getString("error"),
                    row.getObject("healed", Boolean.class),
                    row.getString("measured"),
                    row.getBoolean("reversible"),
                    Columns.nullableInstant(row, "undo_due_at"),
                    Columns.nullableInstant(row, "undone_at"),
                    row.getString("undo_result"));
        }

        /// Whether it can still be undone.
        public boolean canBeUndone() {
            return reversible && undoneAt == null;
        }
    }

    /// Episodes of a cause that have ended, with times from what is known of their beginning.
    ///
    /// @param recovered by something that was done; `endedByItself` where nothing is known to have helped
    /// @param successRate of those that recovered or called people; null when there are none
    /// @param falseRestarts restarts of agents that were well by the stored rows
    public record Success(
            String cause,
            long episodes,
            long recovered,
            long escalated,
            long endedByItself,
            @Nullable Double successRate,
            @Nullable Double medianSecondsToDetect,
            @Nullable Double medianSecondsToRecover,
            @Nullable Double meanSecondsToRecover,
            long falseRestarts) {
        static Success map(ResultSet row) throws SQLException {
            return new Success(
                    row.getString("cause"),
                    row.getLong("episodes"),
                    row.getLong("recovered"),
                    row.getLong("escalated"),
                    row.getLong("ended_by_itself"),
                    Columns.nullableDouble(row, "success_rate"),
                    Columns.nullableDouble(row, "median_seconds_to_detect"),
                    Columns.nullableDouble(row, "median_seconds_to_recover"),
                    Columns.nullableDouble(row, "mean_seconds_to_recover"),
                    row.getLong("false_restarts"));
        }
    }
}

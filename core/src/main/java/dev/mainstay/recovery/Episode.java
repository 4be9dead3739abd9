package dev.mainstay.recovery;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An episode that is under way, with what became of its alert and of its newest action. Immutable and
/// thread-safe.
///
/// @param outcome what was said of it last
/// @param proposed the action a person is asked about; `approvedBy` who let it be done
/// @param unwanted why people want the subject not to run; `quiet` why nobody is to be told, or healing does
///     nothing
/// @param hasUnhealed whether something was done that did not help
/// @param undoFailed of what is to be undone and is not yet, whether that has failed; null when there is nothing
/// @param notDone why the newest action was not done though its task ended well; `error` why it could not be
/// @param measured what is known of the patient since that action
record Episode(
        Patient patient,
        RecoveryState state,
        int step,
        @Nullable Instant dueAt,
        boolean isDryRun,
        String outcome,
        @Nullable String proposed,
        @Nullable String approvedBy,
        @Nullable Instant alertResolvedAt,
        @Nullable String unwanted,
        @Nullable String quiet,
        boolean hasUnhealed,
        @Nullable Boolean undoFailed,
        @Nullable String action,
        @Nullable String taskState,
        @Nullable String notDone,
        @Nullable String error,
        Measurement measured) {
    static Episode map(ResultSet row) throws SQLException {
        return new Episode(
                Patient.map(row),
                RecoveryState.of(row.getString("state")),
                row.getInt("step"),
                Columns.nullableInstant(row, "due_at"),
                row.getBoolean("dry_run"),
                row.getString("outcome"),
                row.getString("proposed"),
                row.getString("approved_by"),
                Columns.nullableInstant(row, "resolved_at"),
                row.getString("unwanted"),
                row.getString("quiet"),
                row.getBoolean("has_unhealed"),
                row.getObject("undo_failed", Boolean.class),
                row.getString("action"),
                row.getString("task_state"),
                row.getString("not_done"),
                row.getString("error"),
                Measurement.map(row));
    }

    /// Why nothing may be done now.
    Optional<String> held() {
        return Optional.ofNullable(unwanted == null ? quiet : unwanted);
    }

    /// Whether a person let this action be done, and not another one.
    boolean isApproved(String name) {
        return approvedBy != null && name.equals(proposed);
    }

    /// The same as a dry run, which nothing that is wanted of healing holds back.
    Episode rehearsed() {
        return new Episode(
                patient,
                state,
                step,
                dueAt,
                true,
                outcome,
                proposed,
                approvedBy,
                alertResolvedAt,
                null,
                null,
                hasUnhealed,
                undoFailed,
                action,
                taskState,
                notDone,
                error,
                measured);
    }
}

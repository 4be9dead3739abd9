package dev.mainstay.advice;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A row of `advice`. Immutable and thread-safe.
///
/// @param words what is seen, and what to set; `expected` what that should change
/// @param measure the figure when it was given, in `unit`; `goal` what it should become
/// @param bound at most so much confirms it
/// @param evidence JSON text of an object: where the figures are from
/// @param measured the same figure after it was taken
public record Advice(
        UUID id,
        String kind,
        String agent,
        State state,
        String words,
        String expected,
        String setting,
        String proposed,
        String unit,
        double measure,
        double goal,
        double bound,
        String evidence,
        Instant givenAt,
        Instant seenAt,
        @Nullable Instant takenAt,
        @Nullable Instant verifiedAt,
        @Nullable Double measured,
        @Nullable String actor,
        @Nullable String note) {

    /// How far it went.
    public enum State {
        OPEN,
        /// Somebody does not want to hear of it.
        IGNORED,
        /// The setting was changed; the figure is measured again soon.
        TAKEN,
        CONFIRMED,
        REFUTED,
        /// Its ground was gone before it was taken, or nothing could be measured after.
        OBSOLETE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final String COLUMNS = """
            organization_id, advice_id, kind, agent_id, state, words, expected, setting, proposed, unit, measure, goal,
                bound, evidence::text AS evidence, given_at, seen_at, taken_at, verified_at, measured, actor, note
            """;

    static Advice map(ResultSet row) throws SQLException {
        return new Advice(
                Columns.uuid(row, "advice_id"),
                row.getString("kind"),
                row.getString("agent_id"),
                State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getString("words"),
                row.getString("expected"),
                row.getString("setting"),
                row.getString("proposed"),
                row.getString("unit"),
                row.getDouble("measure"),
                row.getDouble("goal"),
                row.getDouble("bound"),
                row.getString("evidence"),
                Columns.instant(row, "given_at"),
                Columns.instant(row, "seen_at"),
                Columns.nullableInstant(row, "taken_at"),
                Columns.nullableInstant(row, "verified_at"),
                Columns.nullableDouble(row, "measured"),
                row.getString("actor"),
                row.getString("note"));
    }
}

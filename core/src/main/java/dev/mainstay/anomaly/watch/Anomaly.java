package dev.mainstay.anomaly.watch;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An anomaly as it stands in `anomalies`. Immutable and thread-safe.
///
/// @param labels JSON text of an object
/// @param endedAt null while it lasts
/// @param peakAt when its most unusual point was measured, of which score, value, expectation and reason are
/// @param low what 99 of 100 values were above at such a time
/// @param high what 99 of 100 were below
/// @param why in words
public record Anomaly(
        UUID id,
        long series,
        String agent,
        String metric,
        String labels,
        String unit,
        Instant beganAt,
        @Nullable Instant endedAt,
        Instant foundAt,
        Instant peakAt,
        double score,
        double value,
        @Nullable Double expected,
        @Nullable Double low,
        @Nullable Double high,
        String why) {
    static final String COLUMNS = """
            anomaly_id, series_id, agent_id, metric, labels::text AS labels, unit, began_at, ended_at, found_at,
                peak_at, score, value, expected, low, high, why
            """;

    static Anomaly map(ResultSet row) throws SQLException {
        return new Anomaly(
                Columns.uuid(row, "anomaly_id"),
                row.getLong("series_id"),
                row.getString("agent_id"),
                row.getString("metric"),
                row.getString("labels"),
                row.getString("unit"),
                Columns.instant(row, "began_at"),
                Columns.nullableInstant(row, "ended_at"),
                Columns.instant(row, "found_at"),
                Columns.instant(row, "peak_at"),
                row.getDouble("score"),
                row.getDouble("value"),
                Columns.nullableDouble(row, "expected"),
                Columns.nullableDouble(row, "low"),
                Columns.nullableDouble(row, "high"),
                row.getString("why"));
    }
}

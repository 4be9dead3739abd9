package dev.mainstay.alert;

import dev.mainstay.postgres.Columns;
import dev.mainstay.telemetry.Severity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One incident, as it stands in `alerts`. Immutable and thread-safe.
///
/// @param fingerprint the same for the same rule and subject, in every incident
/// @param labels what tells it from others of the same agent, JSON
/// @param evidence the stored rows it was found in, JSON
/// @param beganAt when what is wrong began, as far as is known; `firedAt` when the alert did
/// @param inhibitedBy the alert that is told in its place
/// @param silence the silence that keeps it from being told
public record Alert(
        UUID id,
        String fingerprint,
        String rule,
        Severity severity,
        AlertState state,
        @Nullable String agent,
        @Nullable String node,
        String labels,
        String summary,
        @Nullable Double value,
        String evidence,
        @Nullable String runbook,
        Instant beganAt,
        @Nullable Instant firedAt,
        Instant seenAt,
        @Nullable Instant acknowledgedAt,
        @Nullable String acknowledgedBy,
        @Nullable String note,
        @Nullable Instant resolvedAt,
        @Nullable String resolvedBy,
        int openings,
        boolean flapping,
        @Nullable UUID inhibitedBy,
        @Nullable UUID silence,
        int escalation) {
    static final String COLUMNS = """
            alert_id, fingerprint, rule, severity, state, agent_id, node_id, labels::text AS labels, summary, value,
                evidence::text AS evidence, runbook, began_at, fired_at, seen_at, acknowledged_at, acknowledged_by,
                note, resolved_at, resolved_by, cardinality(openings) AS openings, flapping, inhibited_by, silence_id,
                escalation
            """;

    static Alert map(ResultSet row) throws SQLException {
        return new Alert(
                Columns.uuid(row, "alert_id"),
                row.getString("fingerprint"),
                row.getString("rule"),
                Severity.of(row.getString("severity")),
                AlertState.of(row.getString("state")),
                row.getString("agent_id"),
                row.getString("node_id"),
                row.getString("labels"),
                row.getString("summary"),
                Columns.nullableDouble(row, "value"),
                row.getString("evidence"),
                row.getString("runbook"),
                Columns.instant(row, "began_at"),
                Columns.nullableInstant(row, "fired_at"),
                Columns.instant(row, "seen_at"),
                Columns.nullableInstant(row, "acknowledged_at"),
                row.getString("acknowledged_by"),
                row.getString("note"),
                Columns.nullableInstant(row, "resolved_at"),
                row.getString("resolved_by"),
                row.getInt("openings"),
                row.getBoolean("flapping"),
                row.getObject("inhibited_by", UUID.class),
                row.getObject("silence_id", UUID.class),
                row.getInt("escalation"));
    }

    /// Whether it is worth telling somebody: it fires, and neither a silence nor a graver alert speaks for it.
    public boolean isTold() {
        return state == AlertState.FIRING && inhibitedBy == null && silence == null;
    }

    /// Whom it is about, and what was found.
    public String subject() {
        String about = agent != null ? agent : node;
        return (about == null ? "" : about + ": ") + summary;
    }
}

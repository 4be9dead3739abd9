package dev.mainstay.alert;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.telemetry.Severity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// The silences and maintenance windows of one organization. Thread-safe.
public final class Silences {
    private static final String COLUMNS =
            "silence_id, kind, rule, agent_id, node_id, severity, starts_at, ends_at, reason, actor";

    private static final String LIST = "SELECT " + COLUMNS + """
             FROM alert_silences
            WHERE organization_id = :organization AND ends_at > now()
            ORDER BY ends_at, silence_id
            """;

    private static final String INSERT = """
            INSERT INTO alert_silences (organization_id, silence_id, kind, rule, agent_id, node_id, severity, starts_at,
                ends_at, reason, actor)
            VALUES (:organization, :id, :kind, :rule, :agent, :node, :severity, :starts, :ends, :reason, :actor)
            """;

    private static final String END = """
            UPDATE alert_silences
            SET ends_at = greatest(starts_at + interval '1 microsecond', clock_timestamp())
            WHERE organization_id = :organization AND silence_id = :id AND ends_at > clock_timestamp()
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            VALUES (:organization, 'alert.silenced', 'info', :agent, :node, :reason,
                jsonb_build_object('silence', CAST(:id AS text), 'actor', CAST(:actor AS text),
                    'rule', CAST(:rule AS text), 'until', CAST(:ends AS timestamptz)))
            """;

    private final OrganizationDatabase database;

    public Silences(OrganizationDatabase database) {
        this.database = database;
    }

    /// Those of now and of the future.
    public List<Silence> list() {
        return database.list(LIST, Map.of("organization", database.organization()), (row, context) -> map(row));
    }

    private static Silence map(ResultSet row) throws SQLException {
        String severity = row.getString("severity");
        return new Silence(
                Columns.uuid(row, "silence_id"),
                row.getString("kind").equals("maintenance"),
                row.getString("rule"),
                row.getString("agent_id"),
                row.getString("node_id"),
                severity == null ? null : Severity.of(severity),
                Columns.instant(row, "starts_at"),
                Columns.instant(row, "ends_at"),
                row.getString("reason"),
                row.getString("actor"));
    }

    /// Keeps a silence, with the event that tells of it.
    public void add(Silence silence) {
        Severity severity = silence.severity();
        database.write(handle -> {
            handle.createUpdate(INSERT)
                    .bind("organization", database.organization())
                    .bind("id", silence.id())
                    .bind("kind", silence.isPlanned() ? "maintenance" : "silence")
                    .bind("rule", silence.rule())
                    .bind("agent", silence.agent())
                    .bind("node", silence.node())
                    .bind("severity", severity == null ? null : severity.word())
                    .bind("starts", silence.startsAt().atOffset(ZoneOffset.UTC))
                    .bind("ends", silence.endsAt().atOffset(ZoneOffset.UTC))
                    .bind("reason", silence.reason())
                    .bind("actor", silence.actor())
                    .execute();
            return handle.createUpdate(TELL)
                    .bind("organization", database.organization())
                    .bind("id", silence.id())
                    .bind("agent", silence.agent())
                    .bind("node", silence.node())
                    .bind("rule", silence.rule())
                    .bind("reason", silence.reason())
                    .bind("actor", silence.actor())
                    .bind("ends", silence.endsAt().atOffset(ZoneOffset.UTC))
                    .execute();
        });
    }

    /// Ends it now.
    ///
    /// @throws MainstayException with `ALERT_UNKNOWN` when there is none, or when it has ended
    public void end(UUID silence) {
        int ended = database.write(handle -> handle.createUpdate(END)
                .bind("organization", database.organization())
                .bind("id", silence)
                .execute());
        if (ended == 0) {
            throw new MainstayException(ErrorCode.ALERT_UNKNOWN, "there is no silence " + silence + " that goes on");
        }
    }
}

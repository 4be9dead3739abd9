package dev.mainstay.health;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads health. Stateless and thread-safe.
public final class HealthQueries {
    private static final String SCORES = """
            SELECT clock_timestamp() AS now, health.at, health.score, health.band, health.band_since,
                coalesce(health.parts::text, '[]') AS parts,
                (SELECT count(*) FROM node_sessions
                    WHERE ended_at IS NULL AND expires_at > clock_timestamp()) AS nodes
            FROM (VALUES (:organization::uuid)) AS asked (organization_id)
            LEFT JOIN agent_health health
                ON health.organization_id = asked.organization_id AND health.agent_id = '' AND health.group_name = ''
            """;

    private static final HealthHistory HISTORY = new HealthHistory();

    private HealthQueries() {}

    /// The system at one moment.
    ///
    /// @param at the time of the database
    /// @param nodes live ones
    public record SystemRow(Instant at, int nodes, HealthRow health) {}

    /// The moment, how many nodes live, and the health of the system.
    public static SystemRow system(OrganizationDatabase database) {
        return database.list(
                        SCORES,
                        Map.of("organization", database.organization()),
                        (row, context) ->
                                new SystemRow(Columns.instant(row, "now"), row.getInt("nodes"), row(row, null, null)))
                .getFirst();
    }

    /// The health of an agent, or of the system when `agent` is null.
    public static HealthRow find(OrganizationDatabase database, @Nullable String agent) {
        HealthRow found =
                list(database, "agent_id = :agent AND group_name = ''", "agent", agent == null ? "" : agent).stream()
                        .findFirst()
                        .orElseGet(() -> HealthRow.unknown(agent));
        Instant at = found.at();
        return agent == null || at == null
                ? found
                : found.with(HISTORY.agent(database, agent, at).parts());
    }

    /// The health of each group of agents, by name.
    public static List<HealthRow> groups(OrganizationDatabase database) {
        return list(database, "agent_id = :agent AND group_name <> ''", "agent", "");
    }

    /// The health of one group.
    public static Optional<HealthRow> group(OrganizationDatabase database, String group) {
        return list(database, "agent_id = '' AND group_name = :group", "group", group).stream()
                .findFirst();
    }

    private static List<HealthRow> list(OrganizationDatabase database, String which, String name, String value) {
        Filter filter =
                new Filter().with("organization", database.organization()).and(which, name, value);
        return database.list(
                filter.into("""
                        SELECT agent_id, group_name, at, score, coalesce(parts::text, '[]') AS parts, band, band_since
                        FROM agent_health
                        WHERE organization_id = :organization FILTERED
                        ORDER BY group_name
                        """),
                filter.parameters(),
                (row, context) ->
                        row(row, emptyToNull(row.getString("agent_id")), emptyToNull(row.getString("group_name"))));
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static HealthRow row(ResultSet row, @Nullable String agent, @Nullable String group) throws SQLException {
        return new HealthRow(
                agent,
                group,
                Columns.nullableInstant(row, "at"),
                Columns.nullableDouble(row, "score"),
                row.getString("band"),
                Columns.nullableInstant(row, "band_since"),
                row.getString("parts"));
    }
}

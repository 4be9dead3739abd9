package dev.mainstay.health;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads health. Stateless and thread-safe.
public final class HealthQueries {
    private static final String SCORES = """
            SELECT clock_timestamp() AS now, health.at, health.score,
                coalesce(health.parts::text, '[]') AS parts,
                (SELECT count(*) FROM node_sessions
                    WHERE ended_at IS NULL AND expires_at > clock_timestamp()) AS nodes
            FROM (VALUES (:organization::uuid)) AS asked (organization_id)
            LEFT JOIN agent_health health
                ON health.organization_id = asked.organization_id AND health.agent_id = ''
            """;

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
                        (row, context) -> new SystemRow(
                                Columns.instant(row, "now"),
                                row.getInt("nodes"),
                                new HealthRow(
                                        null,
                                        Columns.nullableInstant(row, "at"),
                                        Columns.nullableDouble(row, "score"),
                                        row.getString("parts"))))
                .getFirst();
    }

    /// The health of an agent, or of the system when `agent` is null.
    public static HealthRow find(OrganizationDatabase database, @Nullable String agent) {
        Optional<HealthRow> found = database.find(
                """
                SELECT at, score, parts::text AS parts
                FROM agent_health
                WHERE organization_id = :organization AND agent_id = :agent
                """,
                Map.of("organization", database.organization(), "agent", agent == null ? "" : agent),
                (row, context) -> new HealthRow(
                        agent,
                        Columns.instant(row, "at"),
                        Columns.nullableDouble(row, "score"),
                        row.getString("parts")));
        return found.orElseGet(() -> HealthRow.unknown(agent));
    }
}

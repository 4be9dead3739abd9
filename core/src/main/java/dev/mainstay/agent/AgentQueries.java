package dev.mainstay.agent;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/// Reads agents for people and programs that look at them. Stateless and thread-safe.
public final class AgentQueries {
    private static final String AGENTS = """
            SELECT agent.id, agent.kind, agent.category, agent.description, agent.capabilities, agent.data_sources,
                agent.source, agent.group_name, agent.spec::text AS spec, agent.settings::text AS settings,
                agent.state, agent.state_since, agent.cause, agent.desired, agent.generation,
                agent.quarantine_until, agent.created_at,
                coalesce(lease.fence, 0) AS fence,
                lease.session_id IS NOT NULL OR lease.lease_token IS NOT NULL AS held,
                lease.node_id, nullif(lease.phase, '') AS phase, lease.beat_at,
                coalesce(lease.ticks, 0) AS ticks, coalesce(lease.failures, 0) AS failures,
                coalesce(lease.restarts, 0) AS restarts, coalesce(lease.items, 0) AS items,
                lease.last_duration_ms, lease.last_error,
                health.score, health.band
            FROM agents agent
            LEFT JOIN agent_leases lease
                ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
            LEFT JOIN agent_health health
                ON health.organization_id = agent.organization_id AND health.agent_id = agent.id
            WHERE agent.organization_id = :organization
            ORDER BY agent.id
            """;

    private AgentQueries() {}

    /// All agents of the organization by id.
    public static List<AgentRow> all(OrganizationDatabase database) {
        return database.list(AGENTS, Map.of("organization", database.organization()), (row, context) -> agent(row));
    }

    private static AgentRow agent(ResultSet row) throws SQLException {
        return new AgentRow(
                row.getString("id"),
                row.getString("kind"),
                row.getString("category"),
                row.getString("description"),
                Columns.texts(row, "capabilities"),
                Columns.texts(row, "data_sources"),
                row.getString("source"),
                row.getString("group_name"),
                row.getString("spec"),
                row.getString("settings"),
                row.getString("state"),
                Columns.instant(row, "state_since"),
                row.getString("cause"),
                row.getString("desired"),
                row.getLong("generation"),
                Columns.nullableInstant(row, "quarantine_until"),
                Columns.instant(row, "created_at"),
                row.getLong("fence"),
                row.getBoolean("held"),
                row.getString("node_id"),
                row.getString("phase"),
                Columns.nullableInstant(row, "beat_at"),
                row.getLong("ticks"),
                row.getLong("failures"),
                row.getLong("restarts"),
                row.getLong("items"),
                Columns.nullableDouble(row, "last_duration_ms"),
                row.getString("last_error"),
                Columns.nullableDouble(row, "score"),
                row.getString("band"));
    }
}

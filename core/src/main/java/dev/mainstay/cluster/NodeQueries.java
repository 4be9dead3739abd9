package dev.mainstay.cluster;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/// Reads nodes. Stateless and thread-safe.
public final class NodeQueries {
    private static final String NODES = """
            SELECT DISTINCT ON (node.node_id) node.node_id, node.session_id, node.host, node.address, node.version, node.kinds,
                node.started_at, node.beat_at, node.end_cause,
                CASE WHEN node.ended_at IS NOT NULL OR node.expires_at <= clock_timestamp() THEN 'ended'
                    WHEN node.draining THEN 'draining'
                    ELSE 'live' END AS state,
                CASE WHEN node.ended_at IS NOT NULL OR node.expires_at <= clock_timestamp()
                    THEN coalesce(node.ended_at, node.expires_at) END AS ended_at,
                (SELECT count(*) FROM agent_leases lease
                    WHERE lease.organization_id = :organization AND lease.session_id = node.session_id) AS agents,
                ARRAY(SELECT duty.name FROM duties duty
                    WHERE duty.session_id = node.session_id ORDER BY duty.name) AS duties
            FROM node_sessions node
            WHERE node.ended_at IS NULL OR node.ended_at > clock_timestamp() - interval '1 hour'
            ORDER BY node.node_id, node.started_at DESC
            """;

    private NodeQueries() {}

    /// What runs now and what ended within the last hour, by name; of each name the newest session.
    public static List<NodeRow> all(OrganizationDatabase database) {
        return database.list(NODES, Map.of("organization", database.organization()), (row, context) -> node(row));
    }

    private static NodeRow node(ResultSet row) throws SQLException {
        return new NodeRow(
                row.getString("node_id"),
                Columns.uuid(row, "session_id"),
                row.getString("state"),
                row.getString("host"),
                row.getString("address"),
                row.getString("version"),
                Columns.texts(row, "kinds"),
                row.getLong("agents"),
                Columns.texts(row, "duties"),
                Columns.instant(row, "started_at"),
                Columns.instant(row, "beat_at"),
                Columns.nullableInstant(row, "ended_at"),
                row.getString("end_cause"));
    }
}

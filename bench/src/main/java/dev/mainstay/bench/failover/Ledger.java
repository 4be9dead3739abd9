package dev.mainstay.bench.failover;

import dev.mainstay.bench.lab.Laboratory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The table the agents write their ticks into, and who holds which agent. Used by one thread.
final class Ledger implements AutoCloseable {
    private static final String HELD = """
            SELECT agent_id, clock_timestamp()
            FROM agent_leases
            WHERE node_id = ?
            """;
    private static final String TAKEN = """
            SELECT agent, min(at)
            FROM bench_ledger
            WHERE at > ? AND node <> ?
            GROUP BY agent
            """;

    private static final String JOINED = """
            SELECT 1
            FROM node_sessions
            WHERE node_id = ? AND started_at > ? AND ended_at IS NULL
            """;
    private static final String ALL = """
            SELECT agent, fence, node, begun, (extract(epoch FROM at) * 1000000)::bigint
            FROM bench_ledger
            """;

    private final Connection connection;

    Ledger(Laboratory laboratory) {
        laboratory.execute("""
                CREATE TABLE bench_ledger (
                    agent text NOT NULL,
                    fence bigint NOT NULL,
                    node  text NOT NULL,
                    begun bigint NOT NULL,
                    at    timestamptz NOT NULL DEFAULT clock_timestamp()
                )
                """, "CREATE INDEX ON bench_ledger (at)");
        this.connection = laboratory.superuser();
    }

    /// The agents `node` runs now, and the time at which it was seen.
    Held heldBy(String node) throws SQLException {
        try (var query = connection.prepareStatement(HELD)) {
            query.setString(1, node);
            Set<String> agents = new HashSet<>();
            Instant at = Instant.MIN;
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    agents.add(rows.getString(1));
                    at = rows.getObject(2, OffsetDateTime.class).toInstant();
                }
            }
            return new Held(agents, at);
        }
    }

    /// @param at meaningless when there are no agents
    record Held(Set<String> agents, Instant at) {}

    /// When each agent first ticked on another node than `node` after `since`.
    Map<String, Instant> takenFrom(String node, Instant since) throws SQLException {
        try (var query = connection.prepareStatement(TAKEN)) {
            query.setObject(1, since.atOffset(ZoneOffset.UTC));
            query.setString(2, node);
            Map<String, Instant> taken = new HashMap<>();
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    taken.put(rows.getString(1), rows.getTimestamp(2).toInstant());
                }
            }
            return taken;
        }
    }

    /// True when a session opened after `since` lives under this node's name.
    boolean hasJoined(String node, Instant since) throws SQLException {
        try (var query = connection.prepareStatement(JOINED)) {
            query.setString(1, node);
            query.setObject(2, since.atOffset(ZoneOffset.UTC));
            try (var rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    List<LedgerEntry> all() throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(ALL)) {
            List<LedgerEntry> entries = new ArrayList<>();
            while (rows.next()) {
                entries.add(new LedgerEntry(
                        rows.getString(1), rows.getLong(2), rows.getString(3), rows.getLong(4), rows.getLong(5)));
            }
            return entries;
        }
    }

    /// Forgets all ticks.
    void clear() throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("TRUNCATE bench_ledger");
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

package dev.mainstay.bench.watch;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.postgres.Organizations;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/// Agents that exist in the database alone, and what they would store: a heartbeat each ten seconds, and a point of
/// each of their metrics each interval, spread over time. Used by one thread.
final class WatchedFleet implements AutoCloseable {
    private static final int HEARTBEAT = 10;

    private final Laboratory laboratory;
    private final int agents;
    private final int series;
    private final int interval;
    private final Connection connection;
    private final Statement statement;
    private long second;

    WatchedFleet(Laboratory laboratory, int agents, int series, int interval) throws SQLException {
        this.laboratory = laboratory;
        this.agents = agents;
        this.series = series;
        this.interval = interval;
        this.connection = laboratory.superuser();
        this.statement = connection.createStatement();
    }

    /// The agents with what they stored in the last minutes, which are as many as their metrics had.
    void declare(int minutes) {
        laboratory.execute(
                """
                INSERT INTO node_sessions (session_id, node_id, started_at, beat_at, expires_at)
                VALUES ('%1$s', 'watched', now() - interval '1 day', 'infinity', 'infinity')
                """.formatted(Organizations.DEFAULT),
                """
                INSERT INTO agents (organization_id, id, kind, category, source, state, spec, created_at)
                SELECT '%s', 'watched-' || number, 'bench', 'OPERATIONAL', 'code', 'active',
                    '{"heartbeat": "PT10S", "deadline": "PT30S", "schedule": {"every": "PT10S"}}',
                    now() - interval '1 day'
                FROM generate_series(1, %d) AS number
                """.formatted(Organizations.DEFAULT, agents),
                """
                INSERT INTO agent_leases (organization_id, agent_id, session_id, node_id, fence, leased_at, beat_at)
                SELECT organization_id, id, '%s', 'watched', 1, now() - interval '1 day', now()
                FROM agents
                """.formatted(Organizations.DEFAULT),
                """
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                SELECT '%s', 'watched-' || 1 + number %% %d, 'bench.m' || number / %2$d, '{}', 'ms'
                FROM generate_series(0, %d) AS number
                """.formatted(Organizations.DEFAULT, agents, series - 1),
                """
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT organization_id, id, at, 1, extract(epoch FROM at) / 10, 'heartbeating', 1, 0, 1, 5, 5, 1, 0
                FROM generate_series(now() - interval '6 minutes', now(), interval '10 seconds') AS at
                CROSS JOIN agents
                """,
                """
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, at + make_interval(secs => series_id %% %1$d), %3$s
                FROM generate_series(now() - interval '%2$d minutes', now() - interval '%1$d seconds',
                    interval '%1$d seconds') AS at
                CROSS JOIN metric_series
                """.formatted(interval, minutes, value("at")),
                """
                INSERT INTO anomaly_passes (since, until, snapshot)
                VALUES (now() - interval '%1$d minutes 10 seconds', now() - interval '%1$d minutes',
                    pg_current_snapshot())
                """.formatted(minutes),
                "VACUUM ANALYZE");
    }

    private static String value(String at) {
        return "100 + 10 * sin(extract(epoch FROM " + at + ") / 600) + random() + random() + random()";
    }

    /// What is stored in one second.
    void step() throws SQLException {
        statement.execute("""
                WITH beating AS (
                    UPDATE agent_leases
                    SET beat_at = clock_timestamp(), ticks = ticks + 1, sequence = sequence + 1
                    WHERE hashtext(agent_id) & 1023 BETWEEN %1$d * 1024 / %2$d AND (%1$d + 1) * 1024 / %2$d - 1
                    RETURNING *)
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT organization_id, agent_id, beat_at, fence, sequence, 'heartbeating', 1, 0, 1, 5, 5, 1, 0
                FROM beating
                """.formatted(second % HEARTBEAT, HEARTBEAT));
        statement.execute("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, clock_timestamp(), %s
                FROM metric_series
                WHERE name LIKE 'bench.%%' AND series_id %% %d = %d
                """.formatted(value("clock_timestamp()"), interval, second % interval));
        second++;
    }

    /// The process of the server that stores this.
    long process() throws SQLException {
        try (var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

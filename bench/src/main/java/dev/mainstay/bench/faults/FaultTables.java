package dev.mainstay.bench.faults;

import dev.mainstay.bench.lab.Laboratory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The faults of a campaign, and what the rows of Mainstay say about each. Used by one thread.
final class FaultTables implements AutoCloseable {
    /// Alerts about the agent or its queue since the fault began, suspicions and crashes, or, of what is only in a
    /// metric, the anomaly of that metric; the newest episode; whether all of it is over. An alert opens by the
    /// moment its look began, which may be before the fault.
    private static final String STATUS = """
            SELECT fault.fault, fault.kind, fault.agent, extract(epoch FROM clock_timestamp() - fault.injected_at) AS age,
                extract(epoch FROM CASE WHEN least(found.at, told.at) < fault.began_at THEN interval '0'
                    ELSE least(found.at, told.at) - fault.began_at END) AS delay,
                CASE WHEN found.at <= coalesce(told.at, 'infinity') THEN found.rule ELSE told.type END AS found_by,
                extract(epoch FROM coalesce(episode.ended_at, shown.resolved_at) - fault.began_at) AS healing,
                coalesce(episode.state, '') AS episode, coalesce(episode.outcome, '') AS outcome,
                coalesce(shown.is_open, false) AS is_alerted,
                fault.bad_at > clock_timestamp() - make_interval(secs => ?) OR NOT EXISTS (
                    SELECT
                    FROM agents agent
                    WHERE agent.id = fault.agent AND agent.state = 'active'
                        AND agent.state_since < clock_timestamp() - make_interval(secs => ?)) OR NOT EXISTS (
                    SELECT
                    FROM agent_heartbeats beat
                    WHERE beat.organization_id = '00000000-0000-0000-0000-000000000001' AND beat.agent_id = fault.agent
                        AND beat.minute >= date_bin('1 minute', coalesce(fault.bad_at, fault.began_at), '2000-01-01Z')
                        AND beat.at > coalesce(fault.bad_at, fault.began_at) AND beat.ticks > 0 AND beat.failures = 0)
                    AS is_bad
            FROM bench_faults fault
            LEFT JOIN LATERAL (
                SELECT opening.at, alert.rule
                FROM alerts alert, unnest(alert.openings) AS opening (at)
                WHERE alert.organization_id = '00000000-0000-0000-0000-000000000001'
                    AND (alert.agent_id = fault.agent OR alert.labels ->> 'queue' = 'work-of-' || fault.agent)
                    AND opening.at >= fault.began_at - interval '5 seconds' AND NOT starts_with(alert.rule, 'recovery-')
                    AND fault.kind NOT IN ('flat-line', 'drift', 'cost-spike')
                ORDER BY opening.at
                LIMIT 1) found ON true
            LEFT JOIN LATERAL (
                SELECT bool_or(alert.state <> 'resolved' AND alert.missed_at IS NULL) AS is_open,
                    max(alert.resolved_at) AS resolved_at
                FROM alerts alert
                WHERE alert.organization_id = '00000000-0000-0000-0000-000000000001'
                    AND (alert.agent_id = fault.agent OR alert.labels ->> 'queue' = 'work-of-' || fault.agent)
                    AND NOT starts_with(alert.rule, 'recovery-')
                    AND (alert.state <> 'resolved' OR alert.resolved_at >= fault.began_at)) shown ON true
            LEFT JOIN LATERAL (
                SELECT event.at, event.type
                FROM system_events event
                WHERE event.organization_id = '00000000-0000-0000-0000-000000000001' AND event.agent_id = fault.agent
                    AND event.at >= fault.began_at
                    AND CASE WHEN fault.kind IN ('flat-line', 'drift', 'cost-spike')
                            THEN event.type = 'anomaly.began' AND event.detail ->> 'metric' = 'bench.' || fault.kind
                        ELSE event.type = 'agent.suspected'
                            OR (event.type = 'agent.transition' AND event.detail @> '{"crash": true}')
                            OR (fault.kind = 'leak' AND event.type = 'anomaly.began'
                                AND event.detail ->> 'metric' = 'memory.used') END
                ORDER BY event.at
                LIMIT 1) told ON true
            LEFT JOIN LATERAL (
                SELECT recovery.state, recovery.ended_at, recovery.outcome
                FROM recoveries recovery
                WHERE recovery.organization_id = '00000000-0000-0000-0000-000000000001'
                    AND (recovery.agent_id = fault.agent OR recovery.queue = 'work-of-' || fault.agent)
                    AND recovery.opened_at >= fault.began_at
                ORDER BY recovery.opened_at DESC
                LIMIT 1) episode ON true
            WHERE fault.ended_at IS NULL
            ORDER BY fault.fault
            """;

    /// Agents that are well, and have been for a while.
    private static final String QUIET = """
            SELECT agent.id
            FROM agents agent
            JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
            WHERE agent.id LIKE 'agent-%' AND agent.state = 'active' AND lease.last_error IS NULL AND lease.ticks > 0
                AND agent.state_since < clock_timestamp() - interval '25 seconds'
                AND lease.beat_at > clock_timestamp() - interval '5 seconds'
                AND NOT EXISTS (
                    SELECT
                    FROM bench_faults fault
                    WHERE fault.agent = agent.id AND (fault.ended_at IS NULL
                        OR fault.ended_at > clock_timestamp() - interval '25 seconds'))
                AND NOT EXISTS (
                    SELECT
                    FROM alerts alert
                    WHERE (alert.agent_id = agent.id OR alert.labels ->> 'queue' = 'work-of-' || agent.id)
                        AND alert.state <> 'resolved' AND NOT starts_with(alert.rule, 'recovery-'))
                AND NOT EXISTS (
                    SELECT FROM anomalies anomaly WHERE anomaly.agent_id = agent.id AND anomaly.ended_at IS NULL)
                AND NOT EXISTS (
                    SELECT
                    FROM recoveries recovery
                    WHERE (recovery.agent_id = agent.id OR recovery.queue = 'work-of-' || agent.id)
                        AND recovery.ended_at IS NULL)
            ORDER BY agent.id
            """;

    private Connection connection;

    /// What is known of a fault that is on.
    ///
    /// @param delay seconds until it was detected; null while it is not
    /// @param healing seconds until what followed was over
    /// @param episode the state of the newest episode, empty without one
    record Status(
            long fault,
            FaultKind kind,
            String agent,
            double age,
            @Nullable Double delay,
            @Nullable String foundBy,
            @Nullable Double healing,
            String episode,
            String outcome,
            boolean isAlerted,
            boolean isBad) {
        boolean isHealed() {
            return delay != null && !isAlerted && !isBad && (episode.isEmpty() || episode.equals("recovered"));
        }
    }

    FaultTables(Laboratory laboratory) {
        laboratory.execute("""
                CREATE TABLE bench_faults (
                    fault       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
                    agent       text NOT NULL,
                    kind        text NOT NULL,
                    injected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                    began_at    timestamptz,
                    bad_at      timestamptz,
                    holder      uuid,
                    ended_at    timestamptz,
                    delay       double precision,
                    found_by    text,
                    healing     double precision,
                    outcome     text
                )
                """, "CREATE INDEX ON bench_faults (agent)", """
                INSERT INTO task_limits (organization_id, queue, concurrency)
                SELECT '00000000-0000-0000-0000-000000000001', 'work-of-agent-' || lpad(number::text, 3, '0'), 2
                FROM generate_series(0, 999) AS number
                """);
        this.connection = laboratory.superuser();
    }

    /// Writes that a fault begins; its number.
    ///
    /// @param hasBegun whether it began just now, rather than when the agent first misbehaves
    long inject(String agent, FaultKind kind, boolean hasBegun) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO bench_faults (agent, kind, began_at)
                VALUES (?, ?, CASE WHEN ? THEN clock_timestamp() END)
                RETURNING fault
                """)) {
            insert.setString(1, agent);
            insert.setString(2, kind.word());
            insert.setBoolean(3, hasBegun);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    void end(long fault, @Nullable Double delay, @Nullable String foundBy, @Nullable Double healing, String outcome)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE bench_faults
                SET ended_at = clock_timestamp(), delay = ?, found_by = ?, healing = ?, outcome = ?
                WHERE fault = ?
                """)) {
            update.setObject(1, delay);
            update.setString(2, foundBy);
            update.setObject(3, healing);
            update.setString(4, outcome);
            update.setLong(5, fault);
            update.executeUpdate();
        }
    }

    /// @param calm seconds without misbehaving, and in the state active, after which an agent that ticks well is taken
    /// to be well
    List<Status> open(double calm) throws SQLException {
        List<Status> open = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(STATUS)) {
            query.setDouble(1, calm);
            query.setDouble(2, calm);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    open.add(new Status(
                            row.getLong("fault"),
                            FaultKind.ofWord(row.getString("kind")),
                            row.getString("agent"),
                            row.getDouble("age"),
                            seconds(row, "delay"),
                            row.getString("found_by"),
                            seconds(row, "healing"),
                            row.getString("episode"),
                            row.getString("outcome"),
                            row.getBoolean("is_alerted"),
                            row.getBoolean("is_bad")));
                }
            }
        }
        return open;
    }

    private static @Nullable Double seconds(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    List<String> quiet() throws SQLException {
        List<String> quiet = new ArrayList<>();
        try (var query = connection.createStatement();
                var rows = query.executeQuery(QUIET)) {
            while (rows.next()) {
                quiet.add(rows.getString(1));
            }
        }
        return quiet;
    }

    /// Opens what a restart of the database has closed.
    void reconnect(Laboratory laboratory) {
        connection = laboratory.superuser();
    }

    /// Runs one statement that names the agent or node in each of its parameters.
    int execute(String sql, String... names) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int place = 0; place < names.length; place++) {
                statement.setString(place + 1, names[place]);
            }
            return statement.executeUpdate();
        }
    }

    @Nullable
    Double number(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int place = 0; place < values.length; place++) {
                statement.setObject(place + 1, values[place]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                double value = row.getDouble(1);
                return row.wasNull() ? null : value;
            }
        }
    }

    @Nullable
    String text(String sql) throws SQLException {
        try (var query = connection.createStatement();
                var row = query.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

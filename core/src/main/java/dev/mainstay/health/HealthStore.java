package dev.mainstay.health;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Jsonb;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Reads what all agents did over a window, in one statement, and writes their scores. Stateless and thread-safe.
final class HealthStore {
    private static final String REPLACE = """
            INSERT INTO agent_health (organization_id, agent_id, at, score, parts)
            SELECT organization_id, agent_id, :at, score, parts::json
            FROM unnest(:organizations, :agents, :scores, :parts) AS given (organization_id, agent_id, score, parts)
            ORDER BY organization_id, agent_id
            ON CONFLICT (organization_id, agent_id) DO UPDATE
            SET at = excluded.at, score = excluded.score, parts = excluded.parts
            """;

    private static final double MILLIS = 1e3;

    /// Agents that people hold, slots, and agents that no living node runs are not observed; one that failed or
    /// is in quarantine is, because it should run.
    ///
    /// The window of an agent begins anew when it is given to a node, when people command it, and when it
    /// enters or leaves a state in which it rests on purpose. That is read beyond `:until`: a rest that has
    /// just ended is no silence. It begins with its first heartbeat then, as a busy node takes it up a while
    /// later, but within half a minute; and never before the oldest living node started, as nobody could report
    /// then.
    private static final String OBSERVE = """
            WITH happened AS MATERIALIZED (
                SELECT organization_id, agent_id, at, type, detail ->> 'from' AS was, detail ->> 'to' AS became,
                    type = 'agent.transition' AND detail @> '{"crash": true}' AS is_crash
                FROM system_events
                WHERE at > :since
                    AND agent_id IS NOT NULL
                    AND type IN ('agent.transition', 'agent.commanded')),
            changed AS (
                SELECT organization_id, agent_id, max(at) AS at
                FROM happened
                WHERE type = 'agent.commanded'
                    OR was IN ('inactive', 'maintenance', 'shutdown')
                    OR became IN ('inactive', 'maintenance', 'shutdown')
                GROUP BY organization_id, agent_id),
            living AS MATERIALIZED (
                SELECT session_id, started_at
                FROM node_sessions
                WHERE ended_at IS NULL AND expires_at > :until),
            watched AS MATERIALIZED (
                SELECT agent.organization_id, agent.id AS agent_id, lease.node_id,
                    greatest(:since, agent.created_at, lease.leased_at, changed.at,
                        (SELECT min(started_at) FROM living)) AS since,
                    CAST(agent.spec ->> 'heartbeat' AS interval) AS heartbeat,
                    CAST(agent.spec ->> 'deadline' AS interval) AS deadline,
                    CAST(agent.spec -> 'schedule' ->> 'every' AS interval) AS every
                FROM agents agent
                LEFT JOIN agent_leases lease
                    ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                LEFT JOIN changed
                    ON changed.organization_id = agent.organization_id AND changed.agent_id = agent.id
                WHERE agent.desired = 'running' AND agent.source <> 'slot' AND agent.state <> 'maintenance'
                    AND (lease.session_id IN (SELECT session_id FROM living)
                        OR lease.lease_token IS NOT NULL
                        OR agent.state IN ('failed', 'quarantined'))),
            crashed AS (
                SELECT organization_id, agent_id, count(*) AS crashes
                FROM happened
                JOIN watched USING (organization_id, agent_id)
                WHERE happened.is_crash AND happened.at > watched.since AND happened.at <= :until
                GROUP BY organization_id, agent_id),
            lived AS (
                SELECT organization_id, agent_id, min(at) AS begun, max(sequence) - min(sequence) + 1 AS received,
                    sum(ticks) AS ticks, sum(failures) AS failures, sum(items) AS items, sum(busy_ms) AS busy_ms,
                    sum(late_ms) FILTER (WHERE ticks > 0) AS late_ms, count(*) FILTER (WHERE ticks > 0) AS working,
                    sum(abandoned) AS abandoned
                FROM agent_heartbeats beat
                JOIN watched USING (organization_id, agent_id)
                WHERE beat.at > :since AND beat.at <= :until AND beat.at > watched.since
                GROUP BY organization_id, agent_id, fence),
            worked AS (
                SELECT organization_id, agent_id, min(begun) AS begun, sum(received) AS received, sum(ticks) AS ticks,
                    sum(failures) AS failures, sum(items) AS items, sum(busy_ms) AS busy_ms,
                    sum(late_ms) / nullif(sum(working), 0) AS late_ms, sum(abandoned) AS abandoned
                FROM lived
                GROUP BY organization_id, agent_id),
            host AS (
                SELECT series.labels ->> 'node' AS node_id,
                    sum(minute.sum) FILTER (WHERE series.name = 'host.cpu')
                        / nullif(sum(minute.count) FILTER (WHERE series.name = 'host.cpu'), 0) AS cpu,
                    sum(minute.sum) FILTER (WHERE series.name = 'host.memory')
                        / nullif(sum(minute.count) FILTER (WHERE series.name = 'host.memory'), 0) AS memory
                FROM metric_series series
                JOIN agent_metrics_1m minute USING (organization_id, series_id)
                WHERE series.name IN ('host.cpu', 'host.memory')
                    AND minute.bucket > :since AND minute.bucket <= :until
                GROUP BY series.labels ->> 'node')
            SELECT watched.organization_id, watched.agent_id, watched.node_id,
                CASE WHEN watched.since = :since THEN watched.since
                    ELSE least(worked.begun, watched.since + interval '30 seconds', greatest(watched.since, :until))
                    END AS since,
                extract(epoch FROM watched.heartbeat) AS heartbeat,
                extract(epoch FROM watched.deadline) AS deadline,
                extract(epoch FROM watched.every) AS every,
                coalesce(worked.received, 0) AS received, coalesce(worked.ticks, 0) AS ticks,
                coalesce(worked.failures, 0) AS failures, coalesce(worked.items, 0) AS items,
                coalesce(worked.busy_ms, 0) AS busy_ms, worked.late_ms,
                coalesce(worked.abandoned, 0) AS abandoned, coalesce(crashed.crashes, 0) AS crashes,
                host.cpu, host.memory
            FROM watched
            LEFT JOIN worked USING (organization_id, agent_id)
            LEFT JOIN crashed USING (organization_id, agent_id)
            LEFT JOIN host ON host.node_id = watched.node_id
            ORDER BY watched.organization_id, watched.agent_id
            """;

    List<Observation> observe(Handle handle, Instant since, Instant until) {
        return handle.createQuery(OBSERVE)
                .bind("since", since.atOffset(ZoneOffset.UTC))
                .bind("until", until.atOffset(ZoneOffset.UTC))
                .map((row, context) -> observation(row, until))
                .list();
    }

    private static Observation observation(ResultSet row, Instant until) throws SQLException {
        return new Observation(
                new AgentRef(row.getObject("organization_id", UUID.class), row.getString("agent_id")),
                row.getObject("since", OffsetDateTime.class).toInstant(),
                until,
                seconds(row.getDouble("heartbeat")),
                seconds(row.getDouble("deadline")),
                row.getObject("every") == null ? null : seconds(row.getDouble("every")),
                row.getLong("received"),
                row.getLong("ticks"),
                row.getLong("failures"),
                row.getLong("items"),
                row.getDouble("busy_ms"),
                nullable(row, "late_ms"),
                row.getLong("abandoned"),
                row.getLong("crashes"),
                row.getString("node_id"),
                nullable(row, "cpu"),
                nullable(row, "memory"));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.max(1, Math.round(seconds * MILLIS)));
    }

    private static @Nullable Double nullable(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    /// Puts `scores` in the place of all that stood there: an agent that is not judged any more has no score.
    void replace(Handle handle, Instant at, List<HealthScore> scores) {
        handle.createUpdate(REPLACE)
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(scores, score -> score.agent().organization()))
                .bindArray(
                        "agents",
                        String.class,
                        column(scores, score -> score.agent().id()))
                .bindArray("scores", Double.class, column(scores, HealthScore::score))
                .bindArray("parts", String.class, column(scores, score -> Jsonb.any(score.plainParts())))
                .execute();
        handle.createUpdate("DELETE FROM agent_health WHERE at <> :at")
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .execute();
    }
}

package dev.mainstay.health;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Reads what agents did over a window, in one statement: now, or at a moment of the past. Stateless and thread-safe.
final class HealthObserver {
    private static final String HAPPENED = """
            WITH happened AS MATERIALIZED (
                SELECT organization_id, agent_id, at, type, detail ->> 'from' AS was, detail ->> 'to' AS became,
                    type = 'agent.transition' AND detail @> '{"crash": true}' AS is_crash
                FROM system_events
                WHERE at > :since
                    AND agent_id IS NOT NULL BOUNDED
                    AND type IN ('agent.transition', 'agent.commanded')),
            """;

    /// Agents that people hold, slots, and agents that no living node runs are not observed; one that failed or
    /// is in quarantine is, because it should run.
    ///
    /// The window of an agent begins anew when it is given to a node, when people command it, and when
    /// it enters or leaves a state in which it rests on purpose. That is read beyond `:until`: a rest
    /// that has just ended is no silence. It begins with its first heartbeat then, as a busy node takes
    /// it up a while later, but within half a minute; and never before the oldest living node started,
    /// as nobody could report then.
    private static final String WATCHED_NOW = """
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
                SELECT agent.organization_id, agent.id AS agent_id, lease.node_id, agent.group_name,
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
            """;

    private static final String THEN = "AND organization_id = :organization AND at <= :until";
    private static final String THEN_OF_ONE = THEN + " AND agent_id = :agent";

    /// What was kept of them when they were judged.
    private static final String WATCHED_THEN = """
            watched AS MATERIALIZED (
                SELECT organization_id, agent_id, basis ->> 'node' AS node_id, basis ->> 'group' AS group_name,
                    greatest(:since, since) AS since,
                    CAST(basis ->> 'heartbeat' AS interval) AS heartbeat,
                    CAST(basis ->> 'deadline' AS interval) AS deadline,
                    CAST(basis ->> 'every' AS interval) AS every
                FROM (
                    SELECT DISTINCT ON (agent_id) organization_id, agent_id, judged, since, basis
                    FROM health_changes
                    WHERE organization_id = :organization AND agent_id <> '' AND at <= :at FILTERED
                    ORDER BY agent_id, at DESC) newest
                WHERE judged AND (:group = '' OR basis ->> 'group' = :group)),
            """;

    /// Minutes are rolled up a while after they ended, so those of the last two are left out: what is counted now is
    /// what will be counted of this moment later.
    private static final String LIVED = """
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
                SELECT organization_id, series.labels ->> 'node' AS node_id,
                    sum(minute.sum) FILTER (WHERE series.name = 'host.cpu')
                        / nullif(sum(minute.count) FILTER (WHERE series.name = 'host.cpu'), 0) AS cpu,
                    sum(minute.sum) FILTER (WHERE series.name = 'host.memory')
                        / nullif(sum(minute.count) FILTER (WHERE series.name = 'host.memory'), 0) AS memory
                FROM metric_series series
                JOIN agent_metrics_1m minute USING (organization_id, series_id)
                WHERE series.name IN ('host.cpu', 'host.memory')
                    AND minute.bucket > CAST(:since AS timestamptz) - interval '2 minutes'
                    AND minute.bucket <= CAST(:until AS timestamptz) - interval '2 minutes'
                GROUP BY organization_id, series.labels ->> 'node')
            SELECT watched.organization_id, watched.agent_id, watched.node_id, watched.group_name,
                watched.since AS judged_since,
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
            LEFT JOIN host
                ON host.organization_id = watched.organization_id AND host.node_id = watched.node_id
            ORDER BY watched.organization_id, watched.agent_id
            """;

    private static final double MILLIS = 1e3;

    /// An agent as it was seen, and what else it is judged with.
    record Seen(Observation observation, HealthBasis basis) {}

    /// All agents of all organizations.
    List<Seen> now(Handle handle, Instant until, HealthPolicy policy) {
        Instant since = until.minus(policy.window());
        return handle.createQuery(HAPPENED.replace("BOUNDED", "") + WATCHED_NOW + LIVED)
                .bind("since", since.atOffset(ZoneOffset.UTC))
                .bind("until", until.atOffset(ZoneOffset.UTC))
                .map((row, context) -> seen(row, until, policy.window(), policy.weights()))
                .list();
    }

    /// Those of `subject` as they were judged at the moment `at`.
    List<Seen> then(
            OrganizationDatabase database,
            HealthSubject subject,
            Instant at,
            Instant until,
            Duration window,
            HealthWeights weights) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("since", until.minus(window))
                .with("until", until)
                .with("at", at)
                .with("group", subject.group());
        if (subject.isAgent()) {
            filter.and("agent_id = :agent", "agent", subject.agent());
        }
        return database.list(
                HAPPENED.replace("BOUNDED", subject.isAgent() ? THEN_OF_ONE : THEN) + filter.into(WATCHED_THEN) + LIVED,
                filter.parameters(),
                (row, context) -> seen(row, until, window, weights));
    }

    private static Seen seen(ResultSet row, Instant until, Duration window, HealthWeights weights) throws SQLException {
        Observation observation = observation(row, until);
        return new Seen(
                observation,
                new HealthBasis(
                        Columns.instant(row, "judged_since"),
                        observation.heartbeat(),
                        observation.deadline(),
                        observation.interval(),
                        observation.node(),
                        row.getString("group_name"),
                        window,
                        weights));
    }

    private static Observation observation(ResultSet row, Instant until) throws SQLException {
        return new Observation(
                new AgentRef(row.getObject("organization_id", UUID.class), row.getString("agent_id")),
                Columns.instant(row, "since"),
                until,
                seconds(row.getDouble("heartbeat")),
                seconds(row.getDouble("deadline")),
                row.getObject("every") == null ? null : seconds(row.getDouble("every")),
                row.getLong("received"),
                row.getLong("ticks"),
                row.getLong("failures"),
                row.getLong("items"),
                row.getDouble("busy_ms"),
                Columns.nullableDouble(row, "late_ms"),
                row.getLong("abandoned"),
                row.getLong("crashes"),
                row.getString("node_id"),
                Columns.nullableDouble(row, "cpu"),
                Columns.nullableDouble(row, "memory"));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.max(1, Math.round(seconds * MILLIS)));
    }
}

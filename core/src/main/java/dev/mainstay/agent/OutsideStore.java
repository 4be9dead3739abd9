package dev.mainstay.agent;

import dev.mainstay.agent.OutsideReport.MetricPoint;
import dev.mainstay.agent.OutsideReport.Told;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Jsonb;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of agents that run outside; each method is a statement of its caller's transaction. Stateless.
final class OutsideStore {
    private static final String EXPIRE = """
            WITH silent AS MATERIALIZED (
                SELECT lease.organization_id, lease.agent_id, agent.state, agent.desired,
                    agent.spec ->> 'lease' AS lease
                FROM agents agent
                JOIN agent_leases lease
                    ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                WHERE agent.source = 'http'
                    AND lease.lease_token IS NOT NULL
                    AND greatest(lease.leased_at, lease.beat_at)
                        < clock_timestamp() - (agent.spec ->> 'lease')::interval
                ORDER BY agent.organization_id, agent.id
                FOR NO KEY UPDATE OF agent, lease SKIP LOCKED)
            UPDATE agent_leases lease
            SET lease_token = NULL, fence = lease.fence + 1
            FROM silent
            WHERE lease.organization_id = silent.organization_id AND lease.agent_id = silent.agent_id
            RETURNING lease.organization_id, lease.agent_id, lease.fence, silent.state, silent.desired,
                silent.lease
            """;

    private static final String STEP = """
            WITH made AS (
                UPDATE agents
                SET state = :to, state_since = clock_timestamp(), updated_at = clock_timestamp(), cause = :cause,
                    quarantine_until = NULL
                WHERE organization_id = :organization AND id = :id AND state = :from
                RETURNING organization_id)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'agent.transition',
                CASE WHEN :to = 'failed' THEN 'critical' WHEN :to = 'recovering' THEN 'warning' ELSE 'info' END,
                :id, :cause, jsonb_build_object('from', :from::text, 'to', :to::text, 'fence', :fence::bigint)
            FROM made
            """;

    private static final String EVENTS = """
            INSERT INTO system_events (organization_id, at, type, severity, agent_id, cause, detail)
            SELECT :organization::uuid, coalesce(at::timestamptz, clock_timestamp()), type, severity, :id, cause,
                detail::jsonb
            FROM unnest(:times, :types, :severities, :causes, :details)
                AS told (at, type, severity, cause, detail)
            """;

    /// When the agent says it was belongs to the history; that it lives is known by when its call came.
    private static final String BEAT = """
            WITH beaten AS (
                UPDATE agent_leases
                SET beat_at = clock_timestamp(),
                    sequence = :sequence,
                    phase = :phase,
                    ticks = ticks + :ticks,
                    failures = failures + :failures,
                    items = items + least(:items, 9223372036854775807 - items),
                    last_duration_ms = CASE WHEN :ticks > 0 THEN :busy / :ticks ELSE last_duration_ms END,
                    last_error = CASE WHEN :error::text IS NOT NULL THEN :error
                        WHEN :ticks > :failures THEN NULL
                        ELSE last_error END
                WHERE organization_id = :organization AND agent_id = :id
                RETURNING beat_at, fence)
            INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                items, busy_ms, max_ms, late_ms, abandoned)
            SELECT :organization, :id, coalesce(:at, beat_at), fence, :sequence, :phase, :ticks, :failures,
                :items, :busy, :longest, 0, 0
            FROM beaten
            """;

    private static final String LEASE = """
            INSERT INTO agent_leases (organization_id, agent_id, fence, lease_token, leased_at, phase)
            VALUES (:organization, :id, 1, gen_random_uuid(), clock_timestamp(), 'heartbeating')
            ON CONFLICT (organization_id, agent_id) DO UPDATE
            SET fence = agent_leases.fence + 1,
                lease_token = gen_random_uuid(),
                session_id = NULL,
                node_id = NULL,
                leaving = false,
                leased_at = clock_timestamp(),
                sequence = 0,
                phase = 'heartbeating'
            RETURNING fence, lease_token
            """;

    private static final String DECLARE = """
            UPDATE agents
            SET kind = :kind, category = :category, description = :description, capabilities = :capabilities,
                data_sources = :sources, source = 'http', spec = :spec::jsonb, group_name = :group,
                updated_at = clock_timestamp()
            WHERE organization_id = :organization AND id = :id
            """;

    private static final String LOCK = """
            SELECT source, spec ->> 'key' AS key, state, desired, generation
            FROM agents
            WHERE organization_id = :organization AND id = :id
            FOR NO KEY UPDATE
            """;

    /// As it stands before a registration.
    record Stored(AgentSource source, @Nullable String key, AgentState state, DesiredState desired, long generation) {}

    record Lease(long fence, UUID token) {}

    /// Who holds it, and what is wanted of it, locked.
    record Held(
            long fence,
            @Nullable UUID token,
            long sequence,
            AgentState state,
            DesiredState desired,
            long generation,
            long registeredGeneration,
            Instant now) {}

    /// One whose lease just ended.
    record Silent(UUID organization, String id, long fence, AgentState state, DesiredState desired, String lease) {}

    boolean isKindOfNodes(Handle handle, String kind) {
        return handle.createQuery("""
                SELECT EXISTS (SELECT FROM node_sessions WHERE ended_at IS NULL AND :kind = ANY(kinds))
                """).bind("kind", kind).mapTo(Boolean.class).one();
    }

    boolean insert(Handle handle, UUID organization, OutsideRegistration asked) {
        return handle.createUpdate("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec)
                VALUES (:organization, :id, :kind, :category, 'http', :spec::jsonb)
                ON CONFLICT DO NOTHING
                """)
                        .bind("organization", organization)
                        .bind("id", asked.id())
                        .bind("kind", asked.kind())
                        .bind("category", asked.category().name())
                        .bind("spec", Jsonb.text(asked.spec(0)))
                        .execute()
                == 1;
    }

    Stored lock(Handle handle, UUID organization, String id) {
        return handle.createQuery(LOCK)
                .bind("organization", organization)
                .bind("id", id)
                .map((row, context) -> new Stored(
                        AgentSource.valueOf(row.getString("source").toUpperCase(Locale.ROOT)),
                        row.getString("key"),
                        AgentState.of(row.getString("state")),
                        DesiredState.of(row.getString("desired")),
                        row.getLong("generation")))
                .one();
    }

    /// The declaration is what was registered last.
    void declare(Handle handle, UUID organization, OutsideRegistration asked, long generation) {
        handle.createUpdate(DECLARE)
                .bind("organization", organization)
                .bind("id", asked.id())
                .bind("kind", asked.kind())
                .bind("category", asked.category().name())
                .bind("description", asked.description())
                .bindArray("capabilities", String.class, asked.capabilities())
                .bindArray("sources", String.class, asked.dataSources())
                .bind("spec", Jsonb.text(asked.spec(generation)))
                .bind("group", asked.group())
                .execute();
    }

    /// A new lease; whoever held the old one is told so at their next call.
    Lease lease(Handle handle, UUID organization, String id) {
        return handle.createQuery(LEASE)
                .bind("organization", organization)
                .bind("id", id)
                .map((row, context) -> new Lease(row.getLong("fence"), Columns.uuid(row, "lease_token")))
                .one();
    }

    /// Locks the agent and then its lease, as everybody does, so that of two calls at once the second sees the sequence
    /// of the first.
    Optional<Held> held(Handle handle, UUID organization, String id) {
        return handle.createQuery("""
                SELECT lease.fence, lease.lease_token, lease.sequence, agent.state, agent.desired, agent.generation,
                    coalesce((agent.spec ->> 'generation')::bigint, agent.generation) AS registered,
                    clock_timestamp() AS now
                FROM agents agent
                JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                WHERE agent.organization_id = :organization AND agent.id = :id
                FOR NO KEY UPDATE OF agent, lease
                """)
                .bind("organization", organization)
                .bind("id", id)
                .map((row, context) -> held(row))
                .findOne();
    }

    private static Held held(ResultSet row) throws SQLException {
        return new Held(
                row.getLong("fence"),
                row.getObject("lease_token", UUID.class),
                row.getLong("sequence"),
                AgentState.of(row.getString("state")),
                DesiredState.of(row.getString("desired")),
                row.getLong("generation"),
                row.getLong("registered"),
                Columns.instant(row, "now"));
    }

    void beat(Handle handle, UUID organization, String id, OutsideReport report, long sequence) {
        handle.createUpdate(BEAT)
                .bind("organization", organization)
                .bind("id", id)
                .bind("at", utc(report.at()))
                .bind("sequence", sequence)
                .bind("phase", report.phase().word())
                .bind("ticks", report.counts().ticks())
                .bind("failures", report.counts().failures())
                .bind("items", report.counts().items())
                .bind("busy", report.counts().busyMs())
                .bind("longest", report.counts().maxMs())
                .bind("error", report.lastError())
                .execute();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    /// A repeated call shows that the agent lives, and nothing else.
    void touch(Handle handle, UUID organization, String id) {
        handle.createUpdate("""
                UPDATE agent_leases
                SET beat_at = clock_timestamp()
                WHERE organization_id = :organization AND agent_id = :id
                """)
                .bind("organization", organization)
                .bind("id", id)
                .execute();
    }

    void metrics(Handle handle, UUID organization, String id, List<MetricPoint> metrics) {
        if (metrics.isEmpty()) {
            return;
        }
        handle.createUpdate("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                SELECT DISTINCT ON (name, labels) :organization::uuid, :id, name, labels::jsonb, unit
                FROM unnest(:names, :labels, :units) AS given (name, labels, unit)
                ORDER BY name, labels
                ON CONFLICT (organization_id, agent_id, name, labels) DO NOTHING
                """)
                .bind("organization", organization)
                .bind("id", id)
                .bindArray("names", String.class, column(metrics, MetricPoint::name))
                .bindArray("labels", String.class, column(metrics, point -> Jsonb.text(point.labels())))
                .bindArray("units", String.class, column(metrics, MetricPoint::unit))
                .execute();
        handle.createUpdate("""
                WITH stored AS (
                    INSERT INTO performance_metrics (organization_id, series_id, at, value)
                    SELECT series.organization_id, series.series_id,
                        coalesce(given.at::timestamptz, clock_timestamp()), given.value
                    FROM unnest(:names, :labels, :times, :values) AS given (name, labels, at, value)
                    JOIN metric_series series
                        ON series.organization_id = :organization
                        AND series.agent_id = :id
                        AND series.name = given.name
                        AND series.labels = given.labels::jsonb
                    RETURNING at)
                INSERT INTO rollup_pending (width, bucket)
                SELECT DISTINCT '1m', date_trunc('minute', at)
                FROM stored
                ORDER BY 2
                ON CONFLICT (width, bucket) DO UPDATE SET marked_at = now()
                """)
                .bind("organization", organization)
                .bind("id", id)
                .bindArray("names", String.class, column(metrics, MetricPoint::name))
                .bindArray("labels", String.class, column(metrics, point -> Jsonb.text(point.labels())))
                .bindArray("times", String.class, column(metrics, point -> text(point.at())))
                .bindArray("values", Double.class, column(metrics, MetricPoint::value))
                .execute();
    }

    void events(Handle handle, UUID organization, String id, List<Told> events) {
        if (events.isEmpty()) {
            return;
        }
        handle.createUpdate(EVENTS)
                .bind("organization", organization)
                .bind("id", id)
                .bindArray("times", String.class, column(events, told -> text(told.at())))
                .bindArray("types", String.class, column(events, Told::type))
                .bindArray(
                        "severities",
                        String.class,
                        column(events, told -> told.severity().word()))
                .bindArray("causes", String.class, column(events, Told::cause))
                .bindArray("details", String.class, column(events, Told::detail))
                .execute();
    }

    private static @Nullable String text(@Nullable Instant at) {
        return Objects.toString(at, null);
    }

    /// One step of the state, with the event every step has.
    void step(Handle handle, UUID organization, String id, long fence, AgentState from, AgentState to, String cause) {
        handle.createUpdate(STEP)
                .bind("organization", organization)
                .bind("id", id)
                .bind("fence", fence)
                .bind("from", from.word())
                .bind("to", to.word())
                .bind("cause", cause)
                .execute();
    }

    void release(Handle handle, UUID organization, String id) {
        handle.createUpdate("""
                UPDATE agent_leases
                SET lease_token = NULL, fence = fence + 1
                WHERE organization_id = :organization AND agent_id = :id
                """)
                .bind("organization", organization)
                .bind("id", id)
                .execute();
    }

    /// Ends the leases whose holders were silent for too long. Leases that somebody writes at the moment are left.
    List<Silent> expire(Handle handle) {
        return handle.createQuery(EXPIRE)
                .map((row, context) -> new Silent(
                        Columns.uuid(row, "organization_id"),
                        row.getString("agent_id"),
                        row.getLong("fence"),
                        AgentState.of(row.getString("state")),
                        DesiredState.of(row.getString("desired")),
                        row.getString("lease")))
                .list();
    }

    /// Why a person wanted what is wanted now.
    String lastReason(Handle handle, UUID organization, String id) {
        return handle.createQuery("""
                SELECT cause
                FROM system_events
                WHERE organization_id = :organization AND agent_id = :id AND type = 'agent.commanded'
                ORDER BY at DESC
                LIMIT 1
                """)
                .bind("organization", organization)
                .bind("id", id)
                .mapTo(String.class)
                .findOne()
                .orElse("");
    }

    private static <A, B> List<B> column(List<A> rows, Function<A, B> value) {
        return rows.stream().map(value).toList();
    }
}

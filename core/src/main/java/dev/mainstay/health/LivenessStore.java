package dev.mainstay.health;

import static dev.mainstay.postgres.Columns.column;
import static java.util.Objects.requireNonNull;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Organizations;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/// Reads who is heard, and keeps the suspicions of now. Stateless and thread-safe.
final class LivenessStore {
    /// Agents somebody runs and nobody holds back. Those of a node whose session is about to be lost are left out: they
    /// are its fault, and run elsewhere soon.
    private static final String BEATING = """
            SELECT agent.organization_id, agent.id, lease.fence, lease.leased_at, lease.beat_at, lease.ticks,
                lease.node_id,
                agent.spec ->> 'heartbeat' AS heartbeat,
                CASE WHEN agent.source <> 'http' THEN agent.spec ->> 'deadline' END AS deadline,
                agent.spec -> 'schedule' ->> 'every' AS every
            FROM agents agent
            JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
            LEFT JOIN node_sessions session ON session.session_id = lease.session_id
            WHERE agent.desired = 'running' AND agent.state IN ('active', 'optimizing')
                AND (lease.lease_token IS NOT NULL
                    OR session.ended_at IS NULL AND session.beat_at > clock_timestamp() - interval '2 seconds')
            """;

    private static final String STORED = """
            SELECT organization_id, agent_id, kind, since, extract(epoch FROM silence) AS silence,
                extract(epoch FROM usual) AS usual, phi, node_id
            FROM agent_suspicions
            """;

    private static final String INSERT = """
            WITH given AS (
                SELECT *
                FROM unnest(:organizations, :agents, :kinds, :since, :silences, :intervals, :phis, :nodes)
                    AS given (organization_id, agent_id, kind, since, silence, usual, phi, node_id)),
            suspected AS (
                INSERT INTO agent_suspicions (organization_id, agent_id, kind, since, silence, usual, phi, node_id)
                SELECT organization_id, agent_id, kind, since, make_interval(secs => silence),
                    make_interval(secs => usual), nullif(phi, -1), nullif(node_id, '')
                FROM given
                ON CONFLICT (organization_id, agent_id, kind) DO NOTHING
                RETURNING *)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'agent.suspected', 'warning', agent_id, node_id,
                CASE kind WHEN 'silent' THEN 'no heartbeat for ' ELSE 'no work for ' END
                    || round(extract(epoch FROM silence), 1) || ' s',
                jsonb_build_object('kind', kind, 'since', since, 'phi', phi,
                    'silenceSeconds', extract(epoch FROM silence), 'usualSeconds', extract(epoch FROM usual))
            FROM suspected
            """;

    private static final String GAP = """
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            VALUES (:organization, 'monitor.gap', 'warning',
                'nobody was looked at for ' || round(CAST(:seconds AS numeric), 1)
                    || ' s: the database or this node was away, or nothing ran; silences are counted without it',
                jsonb_build_object('seconds', CAST(:seconds AS double precision)))
            """;

    private static final String DELETE = """
            WITH ended AS (
                DELETE FROM agent_suspicions suspicion
                USING unnest(:organizations, :agents, :kinds) AS given (organization_id, agent_id, kind)
                WHERE suspicion.organization_id = given.organization_id AND suspicion.agent_id = given.agent_id
                    AND suspicion.kind = given.kind
                RETURNING suspicion.*)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'agent.trusted', 'info', agent_id, node_id,
                'after ' || round(extract(epoch FROM clock_timestamp() - since), 1) || ' s',
                jsonb_build_object('kind', kind, 'since', since)
            FROM ended
            """;

    List<Beating> beating(Handle handle) {
        Map<String, Duration> known = new HashMap<>();
        return handle.createQuery(BEATING)
                .map((row, context) -> new Beating(
                        new AgentRef(Columns.uuid(row, "organization_id"), row.getString("id")),
                        row.getLong("fence"),
                        Columns.instant(row, "leased_at"),
                        Columns.nullableInstant(row, "beat_at"),
                        row.getLong("ticks"),
                        requireNonNull(duration(row, "heartbeat", known)),
                        overdue(duration(row, "deadline", known), duration(row, "every", known)),
                        row.getString("node_id")))
                .list();
    }

    private static @Nullable Duration overdue(@Nullable Duration deadline, @Nullable Duration every) {
        return deadline == null || every == null ? null : deadline.plus(every.multipliedBy(5));
    }

    /// Thousands declare the same few, and each is asked for every second.
    private static @Nullable Duration duration(ResultSet row, String column, Map<String, Duration> known)
            throws SQLException {
        String text = row.getString(column);
        return text == null ? null : known.computeIfAbsent(text, Duration::parse);
    }

    List<Suspicion> stored(Handle handle) {
        return handle.createQuery(STORED)
                .map((row, context) -> new Suspicion(
                        new AgentRef(Columns.uuid(row, "organization_id"), row.getString("agent_id")),
                        Suspicion.Kind.of(row.getString("kind")),
                        Columns.instant(row, "since"),
                        seconds(row, "silence"),
                        seconds(row, "usual"),
                        Columns.nullableDouble(row, "phi"),
                        row.getString("node_id")))
                .list();
    }

    private static Duration seconds(ResultSet row, String column) throws SQLException {
        return Suspicion.ofSeconds(row.getDouble(column));
    }

    /// Keeps that nobody was looked at for a while.
    void gap(Handle handle, Duration late) {
        handle.createUpdate(GAP)
                .bind("organization", Organizations.DEFAULT)
                .bind("seconds", Suspicion.seconds(late))
                .execute();
    }

    void insert(Handle handle, Collection<Suspicion> suspected) {
        keys(handle.createUpdate(INSERT), suspected)
                .bindArray("since", Instant.class, column(suspected, Suspicion::since))
                .bindArray("silences", Double.class, column(suspected, each -> Suspicion.seconds(each.silence())))
                .bindArray("intervals", Double.class, column(suspected, each -> Suspicion.seconds(each.interval())))
                .bindArray("phis", Double.class, column(suspected, each -> each.phi() == null ? -1.0 : each.phi()))
                .bindArray("nodes", String.class, column(suspected, each -> each.node() == null ? "" : each.node()))
                .execute();
    }

    void delete(Handle handle, Collection<Suspicion> trusted) {
        keys(handle.createUpdate(DELETE), trusted).execute();
    }

    private static Update keys(Update update, Collection<Suspicion> all) {
        return update.bindArray(
                        "organizations",
                        UUID.class,
                        column(all, each -> each.agent().organization()))
                .bindArray(
                        "agents", String.class, column(all, each -> each.agent().id()))
                .bindArray(
                        "kinds", String.class, column(all, each -> each.kind().word()));
    }
}

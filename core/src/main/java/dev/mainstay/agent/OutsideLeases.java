package dev.mainstay.agent;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The leases of agents that run outside; each method is a statement of its caller's transaction. Stateless.
final class OutsideLeases {
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

    /// Since when agents could be heard: while the database or who expires leases was away, nobody was silent.
    private static final String LISTENING =
            "greatest(pg_postmaster_start_time(), (SELECT since FROM duties WHERE name = 'outside'))";

    /// Whether somebody was silent for too long.
    static final String SILENT = """
            EXISTS (
                SELECT FROM agents agent
                JOIN agent_leases lease
                    ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                WHERE agent.source = 'http'
                    AND lease.lease_token IS NOT NULL
                    AND greatest(lease.leased_at, lease.beat_at, %s) < now() - (agent.spec ->> 'lease')::interval)
            """.formatted(LISTENING);

    private static final String EXPIRE = """
            WITH silent AS MATERIALIZED (
                SELECT lease.organization_id, lease.agent_id, agent.state, agent.desired,
                    agent.spec ->> 'lease' AS lease
                FROM agents agent
                JOIN agent_leases lease
                    ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                WHERE agent.source = 'http'
                    AND lease.lease_token IS NOT NULL
                    AND greatest(lease.leased_at, lease.beat_at, %s)
                        < clock_timestamp() - (agent.spec ->> 'lease')::interval
                ORDER BY agent.organization_id, agent.id
                FOR NO KEY UPDATE OF agent, lease SKIP LOCKED)
            UPDATE agent_leases lease
            SET lease_token = NULL, fence = lease.fence + 1
            FROM silent
            WHERE lease.organization_id = silent.organization_id AND lease.agent_id = silent.agent_id
            RETURNING lease.organization_id, lease.agent_id, lease.fence, silent.state, silent.desired,
                silent.lease
            """.formatted(LISTENING);

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
}

package dev.mainstay.agent;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Database;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// Writes steps of agents' lives: the state and the event that tells of it, in one guarded statement. Thread-safe.
final class TransitionStore {
    private static final String MAKE = """
            WITH node AS MATERIALIZED (
                SELECT session_id, node_id
                FROM node_sessions
                WHERE session_id = :session AND ended_at IS NULL AND expires_at > clock_timestamp()
                FOR SHARE),
            step AS (
                SELECT step.*, node.session_id, node.node_id
                FROM node, unnest(:organizations, :ids, :fences, :froms, :tos, :causes, :crashes, :rests)
                    AS step (organization_id, id, fence, from_state, to_state, cause, is_crash, rest_seconds)),
            made AS (
                UPDATE agents agent
                SET state = step.to_state,
                    state_since = clock_timestamp(),
                    updated_at = clock_timestamp(),
                    cause = step.cause,
                    quarantine_until = CASE WHEN step.to_state = 'quarantined'
                        THEN clock_timestamp() + make_interval(
                            secs => least(86400, step.rest_seconds * 2 ^ least(agent.quarantines, 16))) END,
                    quarantines = agent.quarantines + (step.to_state = 'quarantined')::integer
                FROM step
                JOIN agent_leases lease
                    ON lease.organization_id = step.organization_id
                    AND lease.agent_id = step.id
                    AND lease.fence = step.fence
                    AND lease.session_id = step.session_id
                WHERE agent.organization_id = step.organization_id
                    AND agent.id = step.id
                    AND agent.state = step.from_state
                RETURNING step.*),
            told AS (
                INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
                SELECT organization_id, 'agent.transition',
                    CASE WHEN to_state IN ('failed', 'quarantined') THEN 'critical'
                        WHEN to_state = 'recovering' THEN 'warning'
                        ELSE 'info' END,
                    id, node_id, cause, jsonb_build_object('from', from_state, 'to', to_state, 'fence', fence)
                        || CASE WHEN is_crash THEN jsonb_strip_nulls(
                            jsonb_build_object('crash', true, 'waits', nullif(rest_seconds, 0))) ELSE '{}' END
                FROM made)
            SELECT organization_id, id
            FROM made
            UNION ALL
            SELECT step.organization_id, step.id
            FROM step
            JOIN agents agent ON agent.organization_id = step.organization_id AND agent.id = step.id
            JOIN agent_leases lease
                ON lease.organization_id = step.organization_id
                AND lease.agent_id = step.id
                AND lease.fence = step.fence
                AND lease.session_id = step.session_id
            WHERE agent.state = step.to_state
            """;

    private final Database database;

    TransitionStore(Database database) {
        this.database = database;
    }

    /// The agents whose step was made; the others' lease is lost or their state is not the expected one.
    /// A step already made counts as made: only the holder writes, so an unanswered commit may simply be repeated.
    /// The share lock on the session makes an expiry wait for this statement, and this statement see an expiry.
    Set<AgentRef> make(UUID session, List<Transition> steps) {
        return database.write(handle -> new HashSet<>(handle.createQuery(MAKE)
                .bind("session", session)
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(steps, step -> step.agent().organization()))
                .bindArray(
                        "ids", String.class, column(steps, step -> step.agent().id()))
                .bindArray("fences", Long.class, column(steps, Transition::fence))
                .bindArray(
                        "froms", String.class, column(steps, step -> step.from().word()))
                .bindArray("tos", String.class, column(steps, step -> step.to().word()))
                .bindArray("causes", String.class, column(steps, Transition::cause))
                .bindArray("crashes", Boolean.class, column(steps, Transition::isCrash))
                .bindArray(
                        "rests", Double.class, column(steps, step -> step.rest().toMillis() / 1e3))
                .map((rows, context) -> new AgentRef(rows.getObject(1, UUID.class), rows.getString(2)))
                .list()));
    }
}

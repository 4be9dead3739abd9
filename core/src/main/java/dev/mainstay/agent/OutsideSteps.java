package dev.mainstay.agent;

import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The states of agents that run outside; each method is a statement of its caller's transaction. Stateless.
final class OutsideSteps {
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
}

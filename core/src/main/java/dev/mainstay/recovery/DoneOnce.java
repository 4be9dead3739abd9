package dev.mainstay.recovery;

import dev.mainstay.postgres.Jsonb;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/// What an action did in an episode, told by an event of the transaction that did it: when its answer was
/// lost and it is called again, it finds that there, and leaves alone whoever has the agent by now.
/// Stateless and thread-safe.
final class DoneOnce {
    static final String MOVED = "agent.moved";
    static final String FREED = "agent.freed";

    private static final String FOUND = """
            SELECT (detail - 'actor')::text
            FROM system_events
            WHERE organization_id = :organization AND agent_id = :agent AND type = :type
                AND detail ->> 'actor' = :actor
            ORDER BY at
            LIMIT 1
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            VALUES (:organization, :type, 'info', :agent, :reason,
                CAST(:done AS jsonb) || jsonb_build_object('actor', CAST(:actor AS text)))
            """;

    private DoneOnce() {}

    /// What was done, now or by an earlier call.
    static Map<String, ?> of(Handle handle, Patient patient, String type, Supplier<Map<String, ?>> deed) {
        Optional<String> before = found(handle, patient, type);
        if (before.isPresent()) {
            return Jsonb.map(before.get());
        }
        Map<String, ?> done = deed.get();
        handle.createUpdate(TELL)
                .bind("organization", patient.organization())
                .bind("agent", patient.requireAgent())
                .bind("type", type)
                .bind("reason", patient.reason())
                .bind("done", Jsonb.text(done))
                .bind("actor", patient.actor())
                .execute();
        return done;
    }

    /// What the first event of a type tells that was done in this episode.
    static Optional<String> found(Handle handle, Patient patient, String type) {
        return handle.createQuery(FOUND)
                .bind("organization", patient.organization())
                .bind("agent", patient.requireAgent())
                .bind("type", type)
                .bind("actor", patient.actor())
                .mapTo(String.class)
                .findOne();
    }
}

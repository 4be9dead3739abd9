package dev.mainstay.recovery;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/// What is known of how a subject was treated before, and who else is treated, in the caller's transaction.
/// Stateless and thread-safe.
final class PastStore {
    private static final String LAST = """
            SELECT action.action, max(action.decided_at) AS at
            FROM recovery_actions action
            JOIN recoveries recovery USING (organization_id, recovery_id)
            WHERE action.organization_id = :organization AND action.agent_id = :agent AND recovery.queue = :queue
                AND action.decided_at > clock_timestamp() - interval '1 day' AND action.task_id IS NOT NULL
                AND action.result -> 'notDone' IS NULL
            GROUP BY action.action
            """;

    private static final String EPISODES = """
            SELECT count(*)
            FROM recoveries
            WHERE organization_id = :organization AND agent_id = :agent AND queue = :queue
                AND cause = :cause AND NOT dry_run AND opened_at > clock_timestamp() - make_interval(secs => :per)
            """;

    /// Who counts takes turns, so that two cannot both be the last one there is room for.
    private static final String TAKE_TURNS = """
            SELECT 1
            FROM pg_advisory_xact_lock(
                hashtextextended('mainstay.recovery ' || current_schema || ' ' || CAST(:organization AS text), 0))
            """;

    /// The others that are being treated, or of which a treatment began within ten seconds and is over already:
    /// else quick ones could follow each other through a whole fleet.
    static final String TREATED_AGENTS = """
            SELECT (SELECT count(DISTINCT agent_id)
                    FROM (
                        SELECT agent_id
                        FROM recoveries
                        WHERE organization_id = :organization AND state IN ('acting', 'verifying')
                            AND ended_at IS NULL AND NOT dry_run
                        UNION ALL
                        SELECT recovery.agent_id
                        FROM recoveries recovery
                        JOIN recovery_actions action USING (organization_id, recovery_id)
                        WHERE recovery.organization_id = :organization AND action.task_id IS NOT NULL
                            AND (recovery.ended_at IS NULL
                                OR recovery.ended_at > clock_timestamp() - interval '10 seconds')
                            AND action.decided_at > clock_timestamp() - interval '10 seconds') treated
                    WHERE agent_id NOT IN ('', :agent)) AS treated,
                (SELECT count(*)
                    FROM agents
                    WHERE organization_id = :organization AND desired = 'running' AND source <> 'slot') AS all
            """;

    static final String TREATED_QUEUES = """
            SELECT (SELECT count(DISTINCT queue)
                    FROM recoveries
                    WHERE organization_id = :organization AND queue <> '' AND state IN ('acting', 'verifying')
                        AND ended_at IS NULL AND NOT dry_run) AS treated,
                (SELECT count(*) FROM queues WHERE organization_id = :organization) AS all
            """;

    /// What was tried on a subject against a cause, and how it was treated lately.
    record Past(List<String> triedNow, Map<String, Instant> lastTried, int episodes) {}

    Past past(Handle handle, Patient patient, Duration per) {
        List<String> tried = handle.createQuery("""
                        SELECT action
                        FROM recovery_actions
                        WHERE organization_id = :organization AND recovery_id = :recovery AND result -> 'notDone' IS NULL
                        ORDER BY ordinal
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .mapTo(String.class)
                .list();
        Map<String, Instant> last = handle.createQuery(LAST)
                .bind("organization", patient.organization())
                .bind("agent", patient.agent())
                .bind("queue", patient.queue())
                .reduceRows(new HashMap<String, Instant>(), (map, row) -> {
                    map.put(
                            row.getColumn("action", String.class),
                            row.getColumn("at", OffsetDateTime.class).toInstant());
                    return map;
                });
        int episodes = handle.createQuery(EPISODES)
                .bind("organization", patient.organization())
                .bind("agent", patient.agent())
                .bind("queue", patient.queue())
                .bind("cause", patient.cause())
                .bind("per", (double) per.toSeconds())
                .mapTo(Integer.class)
                .one();
        return new Past(tried, last, episodes);
    }

    /// How often each action was tried against a cause, and how often it helped.
    Map<String, Experience> experience(Handle handle, UUID organization, String cause) {
        return handle.createQuery("""
                        SELECT action, tried, healed
                        FROM recovery_learning
                        WHERE organization_id = :organization AND cause = :cause
                        """)
                .bind("organization", organization)
                .bind("cause", cause)
                .reduceRows(new HashMap<String, Experience>(), (map, row) -> {
                    map.put(
                            row.getColumn("action", String.class),
                            new Experience(row.getColumn("tried", Long.class), row.getColumn("healed", Long.class)));
                    return map;
                });
    }

    /// How many other agents of an organization are being treated, of how many that should run; or how
    /// many of its queues.
    Treated treated(Handle handle, Patient patient) {
        handle.createQuery(TAKE_TURNS)
                .bind("organization", patient.organization())
                .mapTo(Integer.class)
                .one();
        boolean isQueue = patient.agent().isEmpty();
        Query query = handle.createQuery(isQueue ? TREATED_QUEUES : TREATED_AGENTS);
        return (isQueue ? query : query.bind("agent", patient.agent()))
                .bind("organization", patient.organization())
                .map((row, context) -> new Treated(row.getLong("treated"), row.getLong("all")))
                .one();
    }

    record Treated(long subjects, long all) {}
}

package dev.mainstay.recovery;

import org.jdbi.v3.core.Handle;

/// What keeps hands off a subject while its episode is open: the same when an action is decided on and when its
/// task begins. Stateless and thread-safe.
final class Holds {
    /// Since when the alert has been over; null while it is not. One that flaps fires on for ten minutes after its
    /// condition was first looked for and not found.
    static final String OVER_SINCE = """
            coalesce(alert.resolved_at,
                CASE WHEN alert.flapping AND alert.missed_at < clock_timestamp() - interval '3 seconds'
                    THEN alert.missed_at END)""";

    /// That people want the subject not to run, in words; null when they do. What an action has stopped that is
    /// undone by itself counts as wanted.
    private static final String UNWANTED = """
            CASE WHEN recovery.agent_id <> '' AND agent.id IS NULL THEN 'the agent is gone'
                WHEN agent.desired <> 'running' AND NOT EXISTS (
                    SELECT
                    FROM recovery_actions ours
                    WHERE ours.organization_id = recovery.organization_id AND ours.recovery_id = recovery.recovery_id
                        AND ours.ended_at IS NOT NULL AND ours.undo_due_at IS NOT NULL AND ours.undone_at IS NULL)
                    THEN 'the agent is to be ' || CASE agent.desired WHEN 'maintenance' THEN 'in maintenance'
                        WHEN 'shutdown' THEN 'shut down' ELSE agent.desired END
                WHEN queue.paused THEN 'the queue is paused' END""";

    /// That nobody is to be told, or healing is to do nothing, or is doing something already.
    private static final String QUIET = """
            CASE WHEN alert.silence_id IS NOT NULL THEN 'its alert is silenced, or maintenance is planned'
                WHEN alert.inhibited_by IS NOT NULL THEN 'a graver alert speaks for it'
                WHEN policy.mode = 'off' THEN 'healing is switched off'
                WHEN policy.mode = 'dry-run' AND NOT recovery.dry_run THEN 'healing is a dry run now'
                WHEN EXISTS (
                    SELECT
                    FROM recoveries other
                    WHERE other.organization_id = recovery.organization_id AND other.agent_id = recovery.agent_id
                        AND other.queue = recovery.queue AND other.ended_at IS NULL
                        AND other.recovery_id <> recovery.recovery_id AND other.state IN ('acting', 'verifying'))
                    THEN 'another episode of it is under way' END""";

    static final String COLUMNS = UNWANTED + " AS unwanted, " + QUIET + " AS quiet";

    /// Beside `recovery`, `alert` and `agent`.
    static final String JOINS = """
            LEFT JOIN queues queue
                ON queue.organization_id = recovery.organization_id AND queue.name = recovery.queue
            LEFT JOIN recovery_policies policy ON policy.organization_id = recovery.organization_id
            """;

    /// Of the action whose task begins.
    private static final String NOT_NOW =
            """
            SELECT CASE WHEN held.state <> 'acting' OR held.step <> :step THEN 'the episode has gone on without it'
                WHEN held.is_over THEN 'the alert has ended'
                ELSE coalesce(held.unwanted, held.quiet, '') END
            FROM (
                SELECT recovery.state, recovery.step, OVER_SINCE IS NOT NULL AS is_over, COLUMNS
                FROM recoveries recovery
                JOIN alerts alert
                    ON alert.organization_id = recovery.organization_id AND alert.alert_id = recovery.alert_id
                LEFT JOIN agents agent
                    ON agent.organization_id = recovery.organization_id AND agent.id = recovery.agent_id
            """.replace("OVER_SINCE", OVER_SINCE).replace("COLUMNS", COLUMNS) + JOINS + """
                WHERE recovery.organization_id = :organization AND recovery.recovery_id = :recovery) held
            """;

    private Holds() {}

    /// Why an action is not to be done now, though it was decided on; empty when it is.
    static String whyNotNow(Handle handle, RecoveryWork.Order order) {
        return handle.createQuery(NOT_NOW)
                .bind("organization", order.patient().organization())
                .bind("recovery", order.patient().recovery())
                .bind("step", order.step())
                .mapTo(String.class)
                .findOne()
                .orElse("there is no such episode any more");
    }
}

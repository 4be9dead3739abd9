package dev.mainstay.recovery;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.telemetry.Severity;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of episodes, in the caller's transaction. Stateless and thread-safe.
final class RecoveryStore {
    /// Alerts that are told: neither silenced nor spoken for by another. An agent is treated of one thing at a
    /// time, unless that waits because a graver alert speaks for it; what people were called for is theirs
    /// until that alert ends, and what they were asked until they answer, unless something graver befalls the
    /// agent. One that opens again is another thing, and so is one that flaps and is there again. An episode that
    /// has done nothing yet is about the gravest alert of its cause.
    /// Who heals does not treat itself: it could not take back what stops it.
    private static final String OPEN = Severity.graded("""
            WITH trigger AS (
                SELECT * FROM unnest(:rules, :causes) AS trigger (rule, cause)),
            told AS (
                SELECT alert.*, trigger.cause, coalesce(alert.agent_id, '') AS agent,
                    CASE WHEN alert.agent_id IS NULL THEN coalesce(alert.labels ->> 'queue', '') ELSE '' END AS queue,
                    GRADE(alert.severity) AS grade,
                    CASE WHEN alert.flapping THEN (
                        SELECT max(earlier.ended_at)
                        FROM recoveries earlier
                        WHERE earlier.organization_id = alert.organization_id
                            AND earlier.agent_id = coalesce(alert.agent_id, '')
                            AND earlier.alert_id = alert.alert_id) END AS well_until
                FROM alerts alert
                JOIN trigger ON trigger.rule = alert.rule
                WHERE alert.organization_id = :organization AND alert.state IN ('firing', 'acknowledged')
                    AND alert.silence_id IS NULL
                    AND alert.inhibited_by IS NULL AND OVER_SINCE IS NULL),
            opened AS (
                INSERT INTO recoveries (organization_id, agent_id, queue, cause, playbook, alert_id, alert_summary,
                    began_at, detected_at, dry_run)
                SELECT DISTINCT ON (told.organization_id, told.agent, told.queue)
                    told.organization_id, told.agent, told.queue, told.cause, told.cause, told.alert_id, told.summary,
                    greatest(told.well_until,
                        CASE WHEN told.fired_at = told.openings[1] THEN told.began_at ELSE told.openings[1] END),
                    greatest(told.well_until, told.openings[1]), :dryRun
                FROM told
                LEFT JOIN agents agent ON agent.organization_id = told.organization_id AND agent.id = told.agent
                WHERE (agent.desired = 'running' OR told.queue <> '') AND told.agent <> 'self_healing_agent'
                    AND NOT EXISTS (
                        SELECT
                        FROM recoveries former
                        JOIN alerts cause ON cause.organization_id = former.organization_id
                            AND cause.alert_id = former.alert_id
                        WHERE former.organization_id = told.organization_id AND former.agent_id = told.agent
                            AND former.queue = told.queue
                            AND (former.ended_at IS NULL
                                    AND NOT (former.state IN ('detected', 'approval') AND cause.inhibited_by IS NOT NULL)
                                    AND NOT (former.state = 'approval' AND former.approved_by IS NULL
                                        AND told.grade > GRADE(cause.severity))
                                OR CASE WHEN former.dry_run THEN :dryRun ELSE former.state = 'escalated' END
                                    AND cause.openings[1] <= former.ended_at
                                    AND (former.alert_id = told.alert_id
                                        OR cause.state <> 'resolved' AND told.grade <= GRADE(cause.severity))))
                ORDER BY told.organization_id, told.agent, told.queue, told.grade DESC, told.alert_id, told.cause
                ON CONFLICT (organization_id, agent_id, queue, cause) WHERE ended_at IS NULL DO UPDATE
                SET alert_id = excluded.alert_id, alert_summary = excluded.alert_summary
                WHERE recoveries.state IN ('detected', 'approval')
                RETURNING *, xmax = 0 AS is_new)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'recovery.detected', 'info', nullif(agent_id, ''), alert_summary,
                jsonb_build_object('recovery', recovery_id, 'cause', cause, 'alert', alert_id)
            FROM opened
            WHERE is_new
            """.replace("OVER_SINCE", Holds.OVER_SINCE));

    private static final String OPEN_ONES = """
            SELECT organization_id, recovery_id
            FROM recoveries
            WHERE ended_at IS NULL
            ORDER BY organization_id, recovery_id
            """;

    private static final String ALERTED = """
            SELECT DISTINCT organization_id
            FROM alerts
            WHERE state IN ('firing', 'acknowledged') AND rule = ANY (:rules)
            ORDER BY organization_id
            """;

    /// With what is known of it: whether its alert is over, how its task ended, and what was measured since.
    /// One that somebody else leads on at the moment is left to them.
    private static final String UNDER_WAY = """
            SELECT recovery.organization_id, recovery.recovery_id, recovery.agent_id, recovery.queue, recovery.cause,
                recovery.alert_summary, recovery.state, recovery.step, recovery.due_at, recovery.dry_run,
                recovery.outcome, recovery.proposed, recovery.approved_by, OVER_SINCE AS resolved_at, action.action,
                action.error, task.state AS task_state, task.result ->> 'notDone' AS not_done,
                EXISTS (
                    SELECT
                    FROM recovery_actions former
                    WHERE former.organization_id = recovery.organization_id
                        AND former.recovery_id = recovery.recovery_id AND NOT former.healed) AS has_unhealed, (
                    SELECT bool_or(coalesce(undo.state <> 'open', false))
                    FROM recovery_actions former
                    LEFT JOIN tasks undo
                        ON undo.organization_id = former.organization_id AND undo.id = former.undo_task_id
                    WHERE former.organization_id = recovery.organization_id
                        AND former.recovery_id = recovery.recovery_id AND former.reversible
                        AND former.undone_at IS NULL AND former.undo_due_at <= clock_timestamp()) AS undo_failed,
            """.replace("OVER_SINCE", Holds.OVER_SINCE) + Holds.COLUMNS + ",\n"
            + Measurement.COLUMNS + """
            FROM recoveries recovery
            JOIN alerts alert ON alert.organization_id = recovery.organization_id AND alert.alert_id = recovery.alert_id
            LEFT JOIN recovery_actions action ON action.organization_id = recovery.organization_id
                AND action.recovery_id = recovery.recovery_id AND action.ordinal = recovery.step
            LEFT JOIN tasks task ON task.organization_id = recovery.organization_id AND task.id = action.task_id
            LEFT JOIN agents agent
                ON agent.organization_id = recovery.organization_id AND agent.id = recovery.agent_id
            LEFT JOIN agent_leases lease
                ON lease.organization_id = recovery.organization_id AND lease.agent_id = recovery.agent_id
            """ + Holds.JOINS + Measurement.JOINS + """
            WHERE recovery.organization_id = :organization AND recovery.recovery_id = :recovery
                AND recovery.ended_at IS NULL
            FOR UPDATE OF recovery SKIP LOCKED
            """;

    private static final String MOVE = """
            UPDATE recoveries
            SET state = :to, outcome = :outcome, due_at = :due, step = :step,
                proposed = CASE WHEN :to = 'approval' THEN :proposed END,
                approved_by = CASE WHEN :to IN ('acting', 'approval') THEN NULL ELSE approved_by END,
                acted_at = CASE WHEN :to = 'acting' THEN coalesce(acted_at, clock_timestamp()) ELSE acted_at END,
                verified_at = CASE WHEN :to = 'recovered' THEN clock_timestamp() ELSE verified_at END,
                ended_at = CASE WHEN :to IN ('recovered', 'escalated') THEN clock_timestamp() END
            WHERE organization_id = :organization AND recovery_id = :recovery AND state = :from
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            VALUES (:organization, :type, :severity, :agent, :cause, :detail::jsonb)
            """;

    static Instant now(Handle handle) {
        return handle.createQuery("SELECT clock_timestamp()")
                .mapTo(OffsetDateTime.class)
                .one()
                .toInstant();
    }

    /// Organizations in which there is something to open an episode of.
    List<UUID> alerted(Handle handle, Collection<Playbook> playbooks) {
        return handle.createQuery(ALERTED)
                .bindArray("rules", String.class, column(triggers(playbooks), Trigger::rule))
                .mapTo(UUID.class)
                .list();
    }

    private record Trigger(String rule, String cause) {}

    private static List<Trigger> triggers(Collection<Playbook> playbooks) {
        return playbooks.stream()
                .flatMap(playbook -> playbook.rules().stream().map(rule -> new Trigger(rule, playbook.cause())))
                .toList();
    }

    void open(Handle handle, UUID organization, Collection<Playbook> playbooks, boolean isDryRun) {
        List<Trigger> triggers = triggers(playbooks);
        handle.createUpdate(OPEN)
                .bind("organization", organization)
                .bindArray("rules", String.class, column(triggers, Trigger::rule))
                .bindArray("causes", String.class, column(triggers, Trigger::cause))
                .bind("dryRun", isDryRun)
                .execute();
    }

    /// Which episode.
    record Key(UUID organization, UUID recovery) {}

    List<Key> underWay(Handle handle) {
        return handle.createQuery(OPEN_ONES)
                .map((row, context) -> new Key(Columns.uuid(row, "organization_id"), Columns.uuid(row, "recovery_id")))
                .list();
    }

    /// The episode, locked; empty when it has ended, or somebody else leads it on.
    Optional<Episode> lock(Handle handle, Key key) {
        return handle.createQuery(UNDER_WAY)
                .bind("organization", key.organization())
                .bind("recovery", key.recovery())
                .map((row, context) -> Episode.map(row))
                .findOne();
    }

    /// Says why nothing is done; nothing is written when that is said already.
    void hold(Handle handle, Episode episode, String why) {
        handle.createUpdate("""
                        UPDATE recoveries
                        SET outcome = :why
                        WHERE organization_id = :organization AND recovery_id = :recovery AND outcome <> :why
                        """)
                .bind("organization", episode.patient().organization())
                .bind("recovery", episode.patient().recovery())
                .bind("why", why)
                .execute();
    }

    void rehearse(Handle handle, Patient patient) {
        handle.createUpdate("""
                        UPDATE recoveries
                        SET dry_run = true
                        WHERE organization_id = :organization AND recovery_id = :recovery
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .execute();
    }

    /// Has a person asked whether an action may be done; an answer counts for it alone.
    void propose(Handle handle, Episode episode, String action, String reason) {
        move(handle, episode, RecoveryState.APPROVAL, episode.step(), null, reason, action);
    }

    /// Leads an episode on, with the event that tells of it.
    void move(Handle handle, Episode episode, RecoveryState to, int step, @Nullable Instant due, String outcome) {
        move(handle, episode, to, step, due, outcome, null);
    }

    private void move(
            Handle handle,
            Episode episode,
            RecoveryState to,
            int step,
            @Nullable Instant due,
            String outcome,
            @Nullable String proposed) {
        Patient patient = episode.patient();
        int moved = handle.createUpdate(MOVE)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("from", episode.state().word())
                .bind("to", to.word())
                .bind("step", step)
                .bind("due", due == null ? null : due.atOffset(ZoneOffset.UTC))
                .bind("outcome", outcome)
                .bind("proposed", proposed)
                .execute();
        if (moved == 1) {
            handle.createUpdate(TELL)
                    .bind("organization", patient.organization())
                    .bind("type", episode.isDryRun() ? "recovery.rehearsed" : event(to))
                    .bind("severity", to == RecoveryState.ESCALATED && !episode.isDryRun() ? "critical" : "info")
                    .bind("agent", patient.agent().isEmpty() ? null : patient.agent())
                    .bind("cause", outcome)
                    .bind(
                            "detail",
                            Jsonb.text(Map.of(
                                    "recovery",
                                    patient.recovery().toString(),
                                    "cause",
                                    patient.cause(),
                                    "queue",
                                    patient.queue(),
                                    "step",
                                    step)))
                    .execute();
        }
    }

    private static String event(RecoveryState to) {
        return switch (to) {
            case DETECTED -> "recovery.detected";
            case APPROVAL -> "recovery.approval";
            case ACTING -> "recovery.acting";
            case VERIFYING -> "recovery.verifying";
            case RECOVERED -> "recovery.recovered";
            case ESCALATED -> "recovery.escalated";
        };
    }
}

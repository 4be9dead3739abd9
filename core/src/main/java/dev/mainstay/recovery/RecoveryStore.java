package dev.mainstay.recovery;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Jsonb;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of episodes and their actions, in the caller's transaction. Stateless and thread-safe.
final class RecoveryStore {
    /// Alerts that are told: neither silenced nor spoken for by another. An agent is treated of one thing at a time;
    /// what people were called for is theirs until that alert ends, unless something graver befalls the agent. One
    /// that opens again is another thing. Who heals does not treat itself: it could not take back what stops it.
    private static final String OPEN = """
            WITH trigger AS (
                SELECT * FROM unnest(:rules, :causes) AS trigger (rule, cause)),
            told AS (
                SELECT alert.*, trigger.cause, coalesce(alert.agent_id, '') AS agent,
                    CASE WHEN alert.agent_id IS NULL THEN coalesce(alert.labels ->> 'queue', '') ELSE '' END AS queue,
                    array_position(ARRAY['info', 'warning', 'critical', 'emergency'], alert.severity) AS grade
                FROM alerts alert
                JOIN trigger ON trigger.rule = alert.rule
                WHERE alert.state IN ('firing', 'acknowledged') AND alert.silence_id IS NULL
                    AND alert.inhibited_by IS NULL),
            opened AS (
                INSERT INTO recoveries (organization_id, agent_id, queue, cause, playbook, alert_id, alert_summary,
                    began_at, detected_at, dry_run)
                SELECT DISTINCT ON (told.organization_id, told.agent, told.queue)
                    told.organization_id, told.agent, told.queue, told.cause, told.cause, told.alert_id, told.summary,
                    CASE WHEN told.fired_at = told.openings[1] THEN told.began_at ELSE told.openings[1] END,
                    told.openings[1], :dryRun
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
                                OR (former.state = 'escalated' OR former.dry_run)
                                    AND cause.openings[1] <= former.ended_at
                                    AND (former.alert_id = told.alert_id
                                        OR cause.state <> 'resolved' AND told.grade <= array_position(
                                            ARRAY['info', 'warning', 'critical', 'emergency'], cause.severity))))
                ORDER BY told.organization_id, told.agent, told.queue, told.grade DESC, told.alert_id
                ON CONFLICT (organization_id, agent_id, queue, cause) WHERE ended_at IS NULL DO NOTHING
                RETURNING *)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'recovery.detected', 'info', nullif(agent_id, ''), alert_summary,
                jsonb_build_object('recovery', recovery_id, 'cause', cause, 'alert', alert_id)
            FROM opened
            """;

    /// With what is known of each: whether its alert is over, how its task ended, and what was measured since.
    private static final String UNDER_WAY = """
            SELECT recovery.organization_id, recovery.recovery_id, recovery.agent_id, recovery.queue, recovery.cause,
                recovery.alert_summary, recovery.state, recovery.step, recovery.due_at, recovery.dry_run,
                recovery.approved_by, alert.resolved_at, action.action, task.state AS task_state,
            """ + Measurement.COLUMNS + """
            FROM recoveries recovery
            JOIN alerts alert ON alert.organization_id = recovery.organization_id AND alert.alert_id = recovery.alert_id
            LEFT JOIN recovery_actions action ON action.organization_id = recovery.organization_id
                AND action.recovery_id = recovery.recovery_id AND action.ordinal = recovery.step
            LEFT JOIN tasks task ON task.organization_id = recovery.organization_id AND task.id = action.task_id
            LEFT JOIN agents agent
                ON agent.organization_id = recovery.organization_id AND agent.id = recovery.agent_id
            LEFT JOIN agent_leases lease
                ON lease.organization_id = recovery.organization_id AND lease.agent_id = recovery.agent_id
            """ + Measurement.JOINS + """
            WHERE recovery.ended_at IS NULL
            ORDER BY recovery.organization_id, recovery.recovery_id
            FOR UPDATE OF recovery
            """;

    private static final String MOVE = """
            UPDATE recoveries
            SET state = :to, outcome = :outcome, due_at = :due, step = :step,
                approved_by = CASE WHEN :to = 'acting' THEN NULL ELSE approved_by END,
                acted_at = CASE WHEN :to = 'acting' THEN coalesce(acted_at, clock_timestamp()) ELSE acted_at END,
                verified_at = CASE WHEN :to = 'recovered' THEN clock_timestamp() ELSE verified_at END,
                ended_at = CASE WHEN :to IN ('recovered', 'escalated') THEN clock_timestamp() END
            WHERE organization_id = :organization AND recovery_id = :recovery AND state = :from
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            VALUES (:organization, :type, :severity, :agent, :cause, :detail::jsonb)
            """;

    /// An episode that is under way, with what became of its alert and of its newest action.
    ///
    /// @param measured what is known of the patient since that action
    record Episode(
            Patient patient,
            RecoveryState state,
            int step,
            @Nullable Instant dueAt,
            boolean isDryRun,
            @Nullable String approvedBy,
            @Nullable Instant alertResolvedAt,
            @Nullable String action,
            @Nullable String taskState,
            Measurement measured) {}

    static Instant now(Handle handle) {
        return handle.createQuery("SELECT clock_timestamp()")
                .mapTo(OffsetDateTime.class)
                .one()
                .toInstant();
    }

    void open(Handle handle, Collection<Playbook> playbooks, boolean isDryRun) {
        record Trigger(String rule, String cause) {}
        List<Trigger> triggers = playbooks.stream()
                .flatMap(playbook -> playbook.rules().stream().map(rule -> new Trigger(rule, playbook.cause())))
                .toList();
        handle.createUpdate(OPEN)
                .bindArray("rules", String.class, column(triggers, Trigger::rule))
                .bindArray("causes", String.class, column(triggers, Trigger::cause))
                .bind("dryRun", isDryRun)
                .execute();
    }

    List<Episode> underWay(Handle handle) {
        return handle.createQuery(UNDER_WAY).map((row, context) -> episode(row)).list();
    }

    private static Episode episode(ResultSet row) throws SQLException {
        return new Episode(
                new Patient(
                        Columns.uuid(row, "organization_id"),
                        Columns.uuid(row, "recovery_id"),
                        row.getString("agent_id"),
                        row.getString("queue"),
                        row.getString("cause"),
                        row.getString("alert_summary")),
                RecoveryState.of(row.getString("state")),
                row.getInt("step"),
                Columns.nullableInstant(row, "due_at"),
                row.getBoolean("dry_run"),
                row.getString("approved_by"),
                Columns.nullableInstant(row, "resolved_at"),
                row.getString("action"),
                row.getString("task_state"),
                Measurement.map(row));
    }

    /// What was tried on an agent against a cause, and how the agent was treated lately.
    record Past(List<String> triedNow, Map<String, Instant> lastTried, int episodes) {}

    Past past(Handle handle, Patient patient, Duration per) {
        List<String> tried = handle.createQuery("""
                        SELECT action FROM recovery_actions
                        WHERE organization_id = :organization AND recovery_id = :recovery ORDER BY ordinal
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .mapTo(String.class)
                .list();
        Map<String, Instant> last = handle.createQuery("""
                        SELECT action, max(decided_at) AS at FROM recovery_actions
                        WHERE organization_id = :organization AND agent_id = :agent AND agent_id <> ''
                            AND decided_at > clock_timestamp() - interval '1 day'
                        GROUP BY action
                        """)
                .bind("organization", patient.organization())
                .bind("agent", patient.agent())
                .reduceRows(new HashMap<String, Instant>(), (map, row) -> {
                    map.put(
                            row.getColumn("action", String.class),
                            row.getColumn("at", OffsetDateTime.class).toInstant());
                    return map;
                });
        int episodes = handle.createQuery("""
                        SELECT count(*) FROM recoveries
                        WHERE organization_id = :organization AND agent_id = :agent AND queue = :queue
                            AND cause = :cause AND NOT dry_run AND opened_at > clock_timestamp() - make_interval(secs => :per)
                        """)
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
                        SELECT action, tried, healed FROM recovery_learning
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

    /// How many agents of an organization are being treated, of how many that should run.
    Treated treated(Handle handle, UUID organization) {
        return handle.createQuery("""
                        SELECT (SELECT count(DISTINCT agent_id) FROM recoveries
                                WHERE organization_id = :organization AND agent_id <> '' AND state IN ('acting', 'verifying')
                                    AND NOT dry_run) AS treated,
                            (SELECT count(*) FROM agents
                                WHERE organization_id = :organization AND desired = 'running' AND source <> 'slot') AS all
                        """)
                .bind("organization", organization)
                .map((row, context) -> new Treated(row.getLong("treated"), row.getLong("all")))
                .one();
    }

    record Treated(long agents, long all) {}

    void decided(Handle handle, Patient patient, int ordinal, String action, String reason, @Nullable UUID task) {
        handle.createUpdate("""
                        INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action,
                            reason, task_id)
                        VALUES (:organization, :recovery, :ordinal, :agent, :cause, :action, :reason, CAST(:task AS uuid))
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("agent", patient.agent())
                .bind("cause", patient.cause())
                .bind("action", action)
                .bind("reason", reason)
                .bind("task", task)
                .execute();
    }

    /// Takes over what the task of the action said it did.
    void done(Handle handle, Patient patient, int ordinal, RecoveryAction action) {
        handle.createUpdate("""
                        UPDATE recovery_actions action
                        SET ended_at = task.ended_at, result = coalesce(task.result, '{}'), reversible = :reversible,
                            undo_due_at = task.ended_at + make_interval(secs => CAST(:lasts AS double precision))
                        FROM tasks task
                        WHERE action.organization_id = :organization AND action.recovery_id = :recovery
                            AND action.ordinal = :ordinal
                            AND task.organization_id = action.organization_id AND task.id = action.task_id
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("reversible", action.isReversible())
                .bind("lasts", action.lasts().map(Duration::toSeconds).orElse(null))
                .execute();
    }

    void failed(Handle handle, Patient patient, int ordinal, String error) {
        handle.createUpdate("""
                        UPDATE recovery_actions
                        SET ended_at = coalesce(ended_at, clock_timestamp()), error = :error, healed = false
                        WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("error", error)
                .execute();
    }

    void measured(Handle handle, Patient patient, int ordinal, boolean healed, Map<String, ?> measured) {
        handle.createUpdate("""
                        UPDATE recovery_actions SET healed = :healed, measured = :measured::jsonb
                        WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                        """)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("ordinal", ordinal)
                .bind("healed", healed)
                .bind("measured", Jsonb.text(measured))
                .execute();
    }

    /// Leads an episode on, with the event that tells of it.
    void move(Handle handle, Episode episode, RecoveryState to, int step, @Nullable Instant due, String outcome) {
        Patient patient = episode.patient();
        int moved = handle.createUpdate(MOVE)
                .bind("organization", patient.organization())
                .bind("recovery", patient.recovery())
                .bind("from", episode.state().word())
                .bind("to", to.word())
                .bind("step", step)
                .bind("due", due == null ? null : due.atOffset(ZoneOffset.UTC))
                .bind("outcome", outcome)
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

package dev.mainstay.recovery;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the stored rows say of a patient since an action was done. Immutable and thread-safe.
///
/// @param isQueue whether it is about a queue
/// @param isRunning whether the agent is in a state in which it works, and was heard since
/// @param period seconds between two ticks; null when they come at set times
/// @param since seconds that have passed since it counts: the end of the action, or of its time
/// @param crashes since then
/// @param beats of the newest two heartbeats with ticks, how many there are; the four that follow are of these
/// @param usualMillis how long a tick took before it was slow; null unless that was the complaint
/// @param memoryBefore what the alert said; null unless a metric of memory was the complaint
/// @param memoryNow null unless memory was the complaint
/// @param requeued how many tasks were given another life; `completed` and `dead` of them
record Measurement(
        boolean isQueue,
        boolean isRunning,
        @Nullable Double period,
        double since,
        long crashes,
        int beats,
        long ticks,
        long failures,
        long abandoned,
        @Nullable Double meanMillis,
        @Nullable Double usualMillis,
        @Nullable Double memoryBefore,
        @Nullable Double memoryNow,
        int requeued,
        int completed,
        int dead) {
    /// Two heartbeats with ticks are waited for; an agent whose ticks are further apart need only be heard.
    private static final int BEATS = 2;

    private static final double LONGEST_PERIOD = 300;
    /// What was under way when the action was done says nothing about it.
    private static final double TELLS_AFTER_SECONDS = 6;

    /// Columns of the statement that reads episodes, for one that is measured again; see [RecoveryStore].
    static final String COLUMNS = """
                recovery.agent_id = '' AS is_queue,
                coalesce(agent.state IN ('active', 'optimizing') AND lease.beat_at > counted.since, false) AS is_running,
                extract(epoch FROM CAST(agent.spec -> 'schedule' ->> 'every' AS interval)) AS period,
                coalesce(extract(epoch FROM clock_timestamp() - counted.since), 0) AS since, crashed.crashes,
                lately.beats, lately.ticks, lately.failures, lately.abandoned, lately.mean_millis,
                CASE WHEN recovery.cause = 'slow' THEN CAST(alert.evidence ->> 'usualMillis' AS double precision) END
                    AS usual_millis,
                CASE WHEN recovery.cause = 'memory' AND alert.evidence ->> 'table' = 'performance_metrics'
                    THEN alert.value END AS memory_before,
                memory.value AS memory_now, requeued.tasks AS requeued, requeued.completed, requeued.dead
            """;

    /// It is measured while it verifies, and once the alert is over.
    static final String JOINS = """
            CROSS JOIN LATERAL (
                SELECT recovery.state = 'verifying' OR OVER_SINCE IS NOT NULL AS is_due) measured
            LEFT JOIN LATERAL (
                SELECT greatest(action.ended_at, action.undone_at, action.undo_due_at) AS since) counted ON true
            LEFT JOIN LATERAL (
                SELECT count(*) AS crashes
                FROM system_events event
                WHERE measured.is_due AND event.organization_id = recovery.organization_id
                    AND event.agent_id = recovery.agent_id AND event.at > counted.since + interval '2 seconds'
                    AND event.type = 'agent.transition' AND event.detail @> '{"crash": true}') crashed ON true
            LEFT JOIN LATERAL (
                SELECT count(*) AS beats, sum(ticks) AS ticks, sum(failures) AS failures, sum(abandoned) AS abandoned,
                    sum(busy_ms) / nullif(sum(ticks), 0) AS mean_millis
                FROM (
                    SELECT beat.*
                    FROM agent_heartbeats beat
                    WHERE measured.is_due AND beat.organization_id = recovery.organization_id
                        AND beat.agent_id = recovery.agent_id
                        AND beat.minute >= date_bin('1 minute', counted.since, '2000-01-01Z')
                        AND beat.at > counted.since AND beat.at > agent.state_since AND beat.ticks > 0
                    ORDER BY beat.at DESC
                    LIMIT 2) newest) lately ON true
            LEFT JOIN LATERAL (
                SELECT point.value
                FROM metric_series series
                JOIN performance_metrics point
                    ON point.organization_id = series.organization_id AND point.series_id = series.series_id
                WHERE measured.is_due AND recovery.cause = 'memory'
                    AND series.organization_id = recovery.organization_id AND series.agent_id = recovery.agent_id
                    AND series.name = 'memory.used' AND point.at > greatest(counted.since, agent.state_since)
                ORDER BY point.at DESC
                LIMIT 1) memory ON true
            LEFT JOIN LATERAL (
                SELECT count(*) AS tasks, count(*) FILTER (WHERE task.state = 'completed') AS completed,
                    count(*) FILTER (WHERE task.state = 'dead') AS dead
                FROM jsonb_array_elements_text(action.result -> 'requeued') AS requeued (id)
                JOIN tasks task ON task.organization_id = recovery.organization_id AND task.id = requeued.id::uuid
                WHERE measured.is_due AND recovery.cause = 'poison-input') requeued ON true
            """.replace("OVER_SINCE", Holds.OVER_SINCE);

    static Measurement map(ResultSet row) throws SQLException {
        return new Measurement(
                row.getBoolean("is_queue"),
                row.getBoolean("is_running"),
                Columns.nullableDouble(row, "period"),
                row.getDouble("since"),
                row.getLong("crashes"),
                row.getInt("beats"),
                row.getLong("ticks"),
                row.getLong("failures"),
                row.getLong("abandoned"),
                Columns.nullableDouble(row, "mean_millis"),
                Columns.nullableDouble(row, "usual_millis"),
                Columns.nullableDouble(row, "memory_before"),
                Columns.nullableDouble(row, "memory_now"),
                row.getInt("requeued"),
                row.getInt("completed"),
                row.getInt("dead"));
    }

    /// Why this is not yet well; empty when it is.
    Optional<String> complaint() {
        if (isQueue) {
            return requeued > completed
                    ? Optional.of(
                            completed + " of " + requeued + " requeued tasks are completed, " + dead + " died again")
                    : Optional.empty();
        }
        if (!isRunning) {
            return Optional.of("the agent is not heard since");
        }
        return hasTicks() ? work() : Optional.empty();
    }

    /// Whether it is plain already that it did not help, so that nothing more need be waited for.
    boolean isWorse() {
        boolean hasFailed = beats >= BEATS && failures >= ticks;
        return !isQueue && since > TELLS_AFTER_SECONDS && (crashes >= 2 || hasFailed);
    }

    /// Whether its ticks can be waited for.
    boolean hasTicks() {
        return period != null && period <= LONGEST_PERIOD;
    }

    private Optional<String> work() {
        if (beats < BEATS) {
            return Optional.of("only " + beats + " of " + BEATS + " heartbeats since tell of ticks");
        }
        if (failures > 0 || abandoned > 0) {
            return Optional.of(failures + " of the newest " + ticks + " ticks failed, " + abandoned + " were given up");
        }
        if (meanMillis != null
                && usualMillis != null
                && meanMillis > 2 * Math.max(usualMillis, 1)
                && meanMillis > 100) {
            return Optional.of(
                    "a tick takes " + Math.round(meanMillis) + " ms, " + Math.round(usualMillis) + " ms are usual");
        }
        if (memoryBefore != null && (memoryNow == null || memoryNow >= memoryBefore)) {
            return Optional.of("it does not use less memory");
        }
        return Optional.empty();
    }

    /// As it is kept with the action.
    Map<String, Object> described() {
        Map<String, Object> described = new LinkedHashMap<>();
        if (isQueue) {
            described.put("requeued", requeued);
            described.put("completed", completed);
            described.put("dead", dead);
            return described;
        }
        described.put("heard", isRunning);
        described.put("crashes", crashes);
        described.put("ticks", ticks);
        described.put("failures", failures);
        described.put("abandoned", abandoned);
        if (meanMillis != null) {
            described.put("meanMillis", meanMillis);
        }
        if (usualMillis != null) {
            described.put("usualMillis", usualMillis);
        }
        if (memoryNow != null) {
            described.put("memory", memoryNow);
        }
        return described;
    }
}

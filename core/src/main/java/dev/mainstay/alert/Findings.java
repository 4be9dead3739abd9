package dev.mainstay.alert;

import dev.mainstay.agent.AgentState;
import dev.mainstay.health.Suspicion;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.slo.Urgency;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// Looks up of whom a rule's condition holds: one statement a rule, over rows anybody may read. Stateless and
/// thread-safe.
final class Findings {
    /// Metrics are stored a second after they were measured.
    private static final Duration STORED_WITHIN = Duration.ofSeconds(2);

    private static final String SCOPE = "{scope}";

    private static final String SUSPECTED = """
            SELECT subject.agent_id, subject.node_id, '{}' AS labels, subject.since AS began, subject.phi AS value,
                extract(epoch FROM :now - subject.since) AS seconds, agent.state AS word,
                jsonb_build_object('table', 'agent_suspicions', 'kind', subject.kind, 'since', subject.since,
                    'phi', subject.phi, 'usualSeconds', extract(epoch FROM subject.usual)) AS evidence
            FROM agent_suspicions subject
            JOIN agents agent ON agent.organization_id = subject.organization_id AND agent.id = subject.agent_id
            WHERE subject.organization_id = :organization AND subject.kind = :kind
            """;

    private static final String IN_STATE = """
            SELECT agent.id AS agent_id, lease.node_id, '{}' AS labels, agent.state_since AS began,
                NULL::double precision AS value, extract(epoch FROM :now - agent.state_since) AS seconds,
                agent.state || coalesce(': ' || nullif(agent.cause, ''), '') AS word,
                jsonb_build_object('table', 'agents', 'state', agent.state, 'cause', agent.cause,
                    'since', agent.state_since) AS evidence
            FROM agents agent
            LEFT JOIN agent_leases lease
                ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
            WHERE agent.organization_id = :organization AND agent.state = ANY (:states) AND agent.source <> 'slot'
            """;

    private static final String UNHEALTHY = """
            SELECT nullif(subject.agent_id, '') AS agent_id, lease.node_id,
                CASE WHEN subject.group_name = '' THEN '{}'
                    ELSE jsonb_build_object('group', subject.group_name)::text END AS labels, subject.at AS began,
                subject.score AS value, 0 AS seconds, '' AS word,
                jsonb_build_object('table', 'agent_health', 'at', subject.at, 'score', subject.score) AS evidence
            FROM agent_health subject
            LEFT JOIN agents agent
                ON agent.organization_id = subject.organization_id AND agent.id = subject.agent_id
            LEFT JOIN agent_leases lease
                ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
            WHERE subject.organization_id = :organization AND subject.score < :below
            """;

    private static final String BURNING = """
            SELECT slo.agent_id, NULL AS node_id, jsonb_build_object('slo', slo.name)::text AS labels,
                status.since AS began, status.burn_rate AS value, 0 AS seconds, status.summary AS word,
                jsonb_build_object('table', 'slo_status', 'slo', slo.name, 'queue', slo.queue, 'at', status.at,
                    'budgetLeft', status.budget_left, 'windows', status.windows) AS evidence
            FROM slo_status status
            JOIN slos slo ON slo.organization_id = status.organization_id AND slo.name = status.slo
            LEFT JOIN agents agent ON agent.organization_id = slo.organization_id AND agent.id = slo.agent_id
            WHERE slo.organization_id = :organization AND status.urgency = :urgency
            """;

    /// What happened to an agent is counted together, whatever node it ran on.
    private static final String SEEN = """
            SELECT subject.agent_id, (array_agg(subject.node_id ORDER BY subject.at DESC))[1] AS node_id, '{}' AS labels,
                min(subject.at) AS began, count(*)::double precision AS value, 0 AS seconds,
                (array_agg(subject.cause ORDER BY subject.at DESC))[1] AS word,
                jsonb_build_object('table', 'system_events', 'type', :event, 'from', min(subject.at),
                    'to', max(subject.at), 'ids', (array_agg(subject.id ORDER BY subject.at DESC))[1 : 10]) AS evidence
            FROM system_events subject
            LEFT JOIN agents agent
                ON agent.organization_id = subject.organization_id AND agent.id = subject.agent_id
            WHERE subject.organization_id = :organization AND subject.type = :event
                AND subject.at > :now - make_interval(secs => :window)
            """;

    private static final String SEEN_OF = """
            GROUP BY subject.agent_id, CASE WHEN subject.agent_id IS NULL THEN subject.node_id END
            HAVING count(*) >= :times
            """;

    private static final String THRESHOLD = MetricWindow.of("series.name = :metric") + """
            SELECT nullif(agent_id, '') AS agent_id, NULL AS node_id, labels::text AS labels,
                min(part.at) AS began, AGGREGATE AS value, 0 AS seconds, unit AS word,
                jsonb_build_object('table', 'performance_metrics', 'series', series_id, 'from', min(part.at),
                    'to', max(part.until), 'points', sum(part.count)) AS evidence
            FROM part
            JOIN watched USING (series_id)
            """;

    private static final String COST =
            MetricWindow.of("series.name = :metric AND series.unit = :currency OR series.name = :metric || '.unknown'")
                    + """
            SELECT nullif(agent_id, '') AS agent_id, NULL AS node_id, '{}' AS labels, min(part.at) AS began,
                sum(part.sum) FILTER (WHERE name = :metric) AS value, 0 AS seconds,
                coalesce(', ' || sum(part.sum) FILTER (WHERE name <> :metric AND part.sum > 0)
                    || ' of unknown cost', '') AS word,
                jsonb_build_object('table', 'performance_metrics', 'series', array_agg(DISTINCT series_id),
                    'from', min(part.at), 'to', max(part.until), 'points', sum(part.count)) AS evidence
            FROM part
            JOIN watched USING (series_id)
            """;

    /// Points lie by their time, so the newest are read once for all series. When those that are missing
    /// were last there the minutes tell, which are found by series; of each such minute, and each that is not
    /// rolled up yet, the points are read once.
    private static final String ABSENT = """
            WITH watched AS MATERIALIZED (
                SELECT series_id
                FROM metric_series
                WHERE organization_id = :organization AND name = :metric),
            recent AS MATERIALIZED (
                SELECT DISTINCT series_id
                FROM performance_metrics
                WHERE organization_id = :organization
                    AND at > :now - least(interval '10 minutes', make_interval(secs => :window))
                    AND (series_id IN (SELECT series_id FROM watched)) IS TRUE),
            missing AS MATERIALIZED (
                SELECT watched.series_id, rolled.bucket
                FROM watched
                CROSS JOIN LATERAL (
                    SELECT max(minute.bucket) AS bucket
                    FROM agent_metrics_1m minute
                    WHERE minute.organization_id = :organization AND minute.series_id = watched.series_id
                        AND minute.bucket > :now - interval '1 day 1 minute' - make_interval(secs => :window)) rolled
                WHERE watched.series_id NOT IN (SELECT series_id FROM recent)
                    AND coalesce(rolled.bucket <= :now - make_interval(secs => :window), true)),
            newest AS MATERIALIZED (
                SELECT bucket FROM missing WHERE bucket IS NOT NULL
                UNION
                SELECT bucket
                FROM rollup_pending
                WHERE width = '1m' AND bucket > :now - interval '1 day 1 minute' - make_interval(secs => :window)
                    AND EXISTS (SELECT FROM missing)),
            former AS (
                SELECT point.series_id, max(point.at) AS at
                FROM newest
                CROSS JOIN LATERAL (
                    SELECT series_id, max(at) AS at
                    FROM performance_metrics
                    WHERE organization_id = :organization AND at >= newest.bucket
                        AND at < newest.bucket + interval '1 minute'
                        AND at > :now - interval '1 day' - make_interval(secs => :window)
                        AND (series_id IN (SELECT series_id FROM missing)) IS TRUE
                    GROUP BY series_id) point
                GROUP BY point.series_id
                HAVING max(point.at) <= :now - make_interval(secs => :window))
            SELECT nullif(series.agent_id, '') AS agent_id, NULL AS node_id, series.labels::text AS labels,
                former.at AS began, NULL::double precision AS value,
                extract(epoch FROM :now - former.at) AS seconds, '' AS word,
                jsonb_build_object('table', 'performance_metrics', 'series', series.series_id, 'last', former.at)
                    AS evidence
            FROM former
            JOIN metric_series series ON series.series_id = former.series_id
            LEFT JOIN agents agent
                ON agent.organization_id = series.organization_id AND agent.id = series.agent_id
            WHERE series.organization_id = :organization AND (agent.id IS NULL OR agent.desired = 'running')
            """;

    private static final String UNUSUAL = """
            SELECT nullif(subject.agent_id, '') AS agent_id, NULL AS node_id,
                (subject.labels || jsonb_build_object('metric', subject.metric))::text AS labels,
                subject.began_at AS began, subject.value AS value, 0 AS seconds,
                subject.metric || ': ' || subject.why AS word,
                jsonb_build_object('table', 'anomalies', 'anomaly', subject.anomaly_id, 'series', subject.series_id,
                    'at', subject.peak_at, 'score', subject.score, 'expected', subject.expected) AS evidence
            FROM anomalies subject
            LEFT JOIN agents agent
                ON agent.organization_id = subject.organization_id AND agent.id = subject.agent_id
            WHERE subject.organization_id = :organization AND subject.ended_at IS NULL
                AND subject.metric LIKE :metric
            """;

    private static final String REACHES = """
            SELECT nullif(series.agent_id, '') AS agent_id, NULL AS node_id,
                (series.labels || jsonb_build_object('metric', series.name))::text AS labels,
                subject.at AS began, subject.value AS value,
                extract(epoch FROM subject.reaches_at - :now) AS seconds, series.name AS word,
                jsonb_build_object('table', 'metric_forecasts', 'series', subject.series_id, 'at', subject.at,
                    'reachesAt', subject.reaches_at, 'expected', subject.expected, 'low', subject.low,
                    'high', subject.high, 'method', subject.method) AS evidence
            FROM metric_forecasts subject
            JOIN metric_series series USING (organization_id, series_id)
            LEFT JOIN agents agent
                ON agent.organization_id = subject.organization_id AND agent.id = series.agent_id
            WHERE subject.organization_id = :organization AND subject.rule = :rule
                AND subject.at > :now - interval '1 hour'
            """;

    private Findings() {}

    static List<Finding> of(Handle handle, AlertRule.Stored stored, Instant now) {
        AlertRule rule = stored.rule();
        return query(handle, rule, now)
                .bind("organization", stored.organization())
                .map((row, context) -> finding(stored, row, now))
                .list();
    }

    private static Query query(Handle handle, AlertRule rule, Instant now) {
        Instant known = now.minus(STORED_WITHIN);
        return switch (rule.condition()) {
            case Condition.Suspected(Suspicion.Kind kind) ->
                scoped(handle, rule, SUSPECTED, "").bind("kind", kind.word()).bind("now", now.atOffset(ZoneOffset.UTC));
            case Condition.InState(var states) ->
                scoped(handle, rule, IN_STATE, "")
                        .bindArray(
                                "states",
                                String.class,
                                states.stream().map(AgentState::word).toList())
                        .bind("now", now.atOffset(ZoneOffset.UTC));
            case Condition.Unhealthy(double below) ->
                scoped(handle, rule, UNHEALTHY, "").bind("below", below).bind("now", now.atOffset(ZoneOffset.UTC));
            case Condition.Burning(Urgency urgency) ->
                scoped(handle, rule, BURNING, "").bind("urgency", urgency.word());
            case Condition.Seen seen ->
                scoped(handle, rule, SEEN, SEEN_OF)
                        .bind("event", seen.event())
                        .bind("times", seen.times())
                        .bind("window", seconds(seen.within()))
                        .bind("now", now.atOffset(ZoneOffset.UTC));
            case Condition.Troubled(Trouble trouble) ->
                TroubleFindings.bound(
                        scoped(handle, rule, TroubleFindings.select(trouble), TroubleFindings.group(trouble)),
                        rule,
                        trouble,
                        now);
            case Condition.Threshold threshold ->
                threshold(handle, rule, threshold).bind("now", known.atOffset(ZoneOffset.UTC));
            case Condition.Cost cost ->
                scoped(
                                handle,
                                rule,
                                COST,
                                "GROUP BY agent_id HAVING sum(part.sum) FILTER (WHERE name = :metric) > :above"
                                        + " OR sum(part.sum) FILTER (WHERE name <> :metric) > 0")
                        .bind("metric", cost.metric())
                        .bind("currency", cost.currency())
                        .bind("window", seconds(cost.over()))
                        .bind("above", cost.above())
                        .bind("now", known.atOffset(ZoneOffset.UTC));
            case Condition.Unusual(String metric) ->
                scoped(handle, rule, UNUSUAL, "").bind("metric", like(metric));
            case Condition.Reaches _ ->
                scoped(handle, rule, REACHES, "").bind("rule", rule.name()).bind("now", now.atOffset(ZoneOffset.UTC));
            case Condition.Absent(String metric, Duration over) ->
                scoped(handle, rule, ABSENT, "")
                        .bind("metric", metric)
                        .bind("window", seconds(over))
                        .bind("now", known.atOffset(ZoneOffset.UTC));
        };
    }

    private static Query threshold(Handle handle, AlertRule rule, Condition.Threshold threshold) {
        String value = threshold.of().sql();
        String beyond =
                "GROUP BY agent_id, series_id, labels, unit HAVING " + value + " > :above OR " + value + " < :below";
        Double above = threshold.above();
        Double below = threshold.below();
        return scoped(handle, rule, THRESHOLD.replace("AGGREGATE", value), beyond)
                .bind("metric", threshold.metric())
                .bind("window", seconds(threshold.over()))
                .bind("above", above == null ? Double.POSITIVE_INFINITY : above)
                .bind("below", below == null ? Double.NEGATIVE_INFINITY : below);
    }

    /// The query about the agents that the rule is about.
    /// The rule's scope stands where the statement says `{scope}`, else at its end.
    static Query scoped(Handle handle, AlertRule rule, String select, String group) {
        StringBuilder within = new StringBuilder();
        AlertScope scope = rule.scope();
        scope.agent().ifPresent(_ -> within.append(" AND agent.id LIKE :scopeAgent"));
        scope.kind().ifPresent(_ -> within.append(" AND agent.kind = :scopeKind"));
        scope.capability().ifPresent(_ -> within.append(" AND agent.capabilities @> ARRAY[:scopeCapability]"));
        String sql = select.contains(SCOPE) ? select.replace(SCOPE, within) : select + within;
        Query query = handle.createQuery(sql + ' ' + group);
        scope.agent().ifPresent(agent -> query.bind("scopeAgent", like(agent)));
        scope.kind().ifPresent(kind -> query.bind("scopeKind", kind));
        scope.capability().ifPresent(capability -> query.bind("scopeCapability", capability));
        return query;
    }

    /// A name or a beginning of names, for LIKE.
    static String like(String pattern) {
        return pattern.replace("\\", "\\\\")
                .replace("%", "\\%")
                .replace("_", "\\_")
                .replace('*', '%');
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    private static Finding finding(AlertRule.Stored stored, ResultSet row, Instant now) throws SQLException {
        Double value = Columns.nullableDouble(row, "value");
        Instant began = Columns.nullableInstant(row, "began");
        String words = words(stored.rule().condition(), row, value);
        return new Finding(
                stored.organization(),
                stored.rule(),
                row.getString("agent_id"),
                row.getString("node_id"),
                row.getString("labels"),
                stored.rule().summary().map(given -> given + ": " + words).orElse(words),
                value,
                Jsonb.map(row.getString("evidence")),
                began == null ? now : began);
    }

    private static String words(Condition condition, ResultSet row, @Nullable Double value) throws SQLException {
        String word = row.getString("word");
        return AlertWords.of(
                condition,
                value,
                Duration.ofMillis(Math.round(row.getDouble("seconds") * 1e3)),
                word == null ? "" : word);
    }
}

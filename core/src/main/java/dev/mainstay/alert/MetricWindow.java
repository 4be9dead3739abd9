package dev.mainstay.alert;

/// What a metric measured within a window, as SQL: whole minutes where they are rolled up, the points themselves
/// elsewhere. So what a look costs grows with the minutes of a window, not with its points. Stateless and thread-safe.
final class MetricWindow {
    /// `watched` are the series in the rule's scope; a `part` is a minute or a point of one, from `at` to `until`.
    /// The minute of `:now` may be rolled up already, though it is over for the clock alone. Minutes are found by
    /// series, points by time: whether one is of a series is asked of a hash table, which `IS TRUE` keeps the
    /// planner at, since an array would be gone through for each point.
    private static final String PARTS = """
            WITH watched AS MATERIALIZED (
                SELECT series.series_id, series.agent_id, series.name, series.labels, series.unit
                FROM metric_series series
                LEFT JOIN agents agent
                    ON agent.organization_id = series.organization_id AND agent.id = series.agent_id
                WHERE series.organization_id = :organization AND (SERIES) {scope}),
            ends AS MATERIALIZED (
                SELECT date_trunc('minute', :now - make_interval(secs => :window)) + interval '1 minute' AS whole,
                    date_trunc('minute', CAST(:now AS timestamptz)) AS newest),
            undone AS MATERIALIZED (
                SELECT bucket
                FROM rollup_pending, ends
                WHERE width = '1m' AND bucket >= whole AND bucket < newest
                UNION ALL
                SELECT newest FROM ends),
            part AS (
                SELECT series_id, bucket AS at, bucket + interval '59.999999 seconds' AS until, count, sum, min, max, last
                FROM agent_metrics_1m
                WHERE organization_id = :organization AND series_id = ANY (ARRAY(SELECT series_id FROM watched))
                    AND bucket > :now - make_interval(secs => :window)
                    AND bucket >= (SELECT whole FROM ends) AND bucket < (SELECT newest FROM ends)
                    AND bucket NOT IN (SELECT bucket FROM undone)
                UNION ALL
                SELECT series_id, at, at, 1, value, value, value, value
                FROM performance_metrics
                WHERE organization_id = :organization AND (series_id IN (SELECT series_id FROM watched)) IS TRUE
                    AND at > :now - make_interval(secs => :window) AND at < (SELECT whole FROM ends) AND at <= :now
                UNION ALL
                SELECT point.*
                FROM undone
                CROSS JOIN LATERAL (
                    SELECT series_id, at, at, 1, value, value, value, value
                    FROM performance_metrics
                    WHERE organization_id = :organization AND (series_id IN (SELECT series_id FROM watched)) IS TRUE
                        AND at >= greatest(undone.bucket, (SELECT whole FROM ends))
                        AND at < undone.bucket + interval '1 minute'
                        AND at > :now - make_interval(secs => :window) AND at <= :now
                    OFFSET 0) point)
            """;

    private MetricWindow() {}

    /// The beginning of a statement that reads `part JOIN watched USING (series_id)`.
    ///
    /// @param series SQL that tells which series are meant
    static String of(String series) {
        return PARTS.replace("SERIES", series);
    }
}

package dev.mainstay.task;

import dev.mainstay.postgres.OrganizationDatabase;
import java.util.HashMap;
import java.util.Map;

/// What happened in each queue within the last minute, by the metric `task.attempts`. Immutable.
record Throughput(Map<String, Long> ended, Map<String, Long> failed) {
    // now() is the same for the whole statement, so that the block range index on the time serves.
    private static final String THROUGHPUT = """
            SELECT series.labels ->> 'queue' AS queue,
                sum(point.value) FILTER (WHERE series.labels ->> 'outcome' IN ('completed', 'dead', 'cancelled')) AS ended,
                sum(point.value) FILTER (WHERE series.labels ->> 'outcome' IN ('failed', 'timed out')) AS failed
            FROM metric_series series
            JOIN performance_metrics point
                ON point.organization_id = :organization AND point.series_id = series.series_id
            WHERE series.organization_id = :organization AND series.agent_id = '' AND series.name = 'task.attempts'
                AND point.at >= now() - interval '1 minute'
            GROUP BY 1
            """;

    private record Row(String queue, long ended, long failed) {}

    static Throughput read(OrganizationDatabase database) {
        Map<String, Long> ended = new HashMap<>();
        Map<String, Long> failed = new HashMap<>();
        for (Row row : database.list(
                THROUGHPUT,
                Map.of("organization", database.organization()),
                (row, context) ->
                        new Row(String.valueOf(row.getString("queue")), row.getLong("ended"), row.getLong("failed")))) {
            ended.put(row.queue(), row.ended());
            failed.put(row.queue(), row.failed());
        }
        return new Throughput(Map.copyOf(ended), Map.copyOf(failed));
    }

    long ended(String queue) {
        return ended.getOrDefault(queue, 0L);
    }

    long failed(String queue) {
        return failed.getOrDefault(queue, 0L);
    }
}

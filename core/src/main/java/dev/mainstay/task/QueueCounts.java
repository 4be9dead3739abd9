package dev.mainstay.task;

import dev.mainstay.postgres.OrganizationDatabase;
import java.util.HashMap;
import java.util.Map;

/// How many tasks stand where, by lane. Immutable.
record QueueCounts(Map<Spot, Long> counts) {
    /// Counts rows of the small tables, and never the tasks.
    private static final String COUNTS = """
            SELECT lane_id, 'ready' AS place, count(*) AS tasks
            FROM task_ready
            WHERE organization_id = :organization
            GROUP BY lane_id
            UNION ALL
            SELECT lane_id, 'delayed', count(*)
            FROM task_delayed
            WHERE organization_id = :organization
            GROUP BY lane_id
            UNION ALL
            SELECT lane_id, 'blocked', count(*)
            FROM task_blocked
            WHERE organization_id = :organization
            GROUP BY lane_id
            UNION ALL
            SELECT task.lane_id, 'waiting', count(*)
            FROM task_waits wait
            JOIN tasks task ON task.organization_id = :organization AND task.id = wait.task_id
            WHERE wait.organization_id = :organization
            GROUP BY task.lane_id
            UNION ALL
            SELECT claim.lane_id, 'running', count(*)
            FROM task_claims claim
            CROSS JOIN unnest(claim.task_ids) AS held (id)
            JOIN tasks task ON task.organization_id = :organization AND task.id = held.id AND task.state = 'open'
            WHERE claim.organization_id = :organization
            GROUP BY claim.lane_id
            UNION ALL
            SELECT lane_id, 'dead', count(*)
            FROM dead_letters
            WHERE organization_id = :organization
            GROUP BY lane_id
            """;

    record Spot(int lane, String place) {}

    private record Count(Spot spot, long tasks) {}

    static QueueCounts read(OrganizationDatabase database) {
        Map<Spot, Long> counts = new HashMap<>();
        database.list(
                        COUNTS,
                        Map.of("organization", database.organization()),
                        (row, context) -> new Count(
                                new Spot(row.getInt("lane_id"), row.getString("place")), row.getLong("tasks")))
                .forEach(count -> counts.put(count.spot(), count.tasks()));
        return new QueueCounts(Map.copyOf(counts));
    }

    long of(int lane, String place) {
        return counts.getOrDefault(new Spot(lane, place), 0L);
    }
}

package dev.mainstay.task;

import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The lanes a filter is about. Immutable.
///
/// @param all those of the queue and type asked for
/// @param claimable those of them whose claimable tasks are asked for
record Lanes(List<Integer> all, List<Integer> claimable) {
    private static final String LANES = """
            SELECT lane.lane_id, EXISTS (SELECT FROM task_types_served(:organization) AS served
                WHERE served.type = lane.type AND (served.queue IS NULL OR served.queue = lane.queue)) AS is_served
            FROM task_lanes lane
            WHERE lane.organization_id = :organization FILTERED
            ORDER BY lane.lane_id
            """;

    private record Lane(int id, boolean isServed) {}

    static Lanes of(OrganizationDatabase database, TaskFilter filter) {
        Filter wanted = new Filter()
                .with("organization", database.organization())
                .and("lane.queue = :queue", "queue", Optional.ofNullable(filter.queue()))
                .and("lane.type = :type", "type", Optional.ofNullable(filter.type()));
        List<Integer> all = new ArrayList<>();
        List<Integer> claimable = new ArrayList<>();
        for (Lane lane : database.list(
                wanted.into(LANES),
                wanted.parameters(),
                (row, context) -> new Lane(row.getInt("lane_id"), row.getBoolean("is_served")))) {
            all.add(lane.id());
            if (isWanted(lane, filter.places())) {
                claimable.add(lane.id());
            }
        }
        return new Lanes(List.copyOf(all), List.copyOf(claimable));
    }

    private static boolean isWanted(Lane lane, Set<TaskPlace> places) {
        return places.isEmpty() || places.contains(lane.isServed() ? TaskPlace.READY : TaskPlace.NO_WORKER);
    }

    boolean isNone() {
        return all.isEmpty();
    }
}

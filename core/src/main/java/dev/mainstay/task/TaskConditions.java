package dev.mainstay.task;

import dev.mainstay.postgres.Filter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// What a filter asks of a row of `tasks`, but for its place and its text. Stateless and thread-safe.
final class TaskConditions {
    private TaskConditions() {}

    static Filter of(TaskFilter filter, Lanes lanes) {
        Filter conditions = new Filter()
                .with("floor", filter.from() == null ? new UUID(0, 0) : TaskId.firstAt(filter.from()))
                .and("task.state = ANY(:states)", "states", states(filter))
                .and(
                        "task.priority = :priority",
                        "priority",
                        Optional.ofNullable(filter.priority()).map(Priority::stored))
                .and(":tag = ANY(task.tags)", "tag", Optional.ofNullable(filter.tag()));
        Optional.ofNullable(filter.parent())
                .ifPresent(parent -> conditions.and("task.parent_id = :parent", "parent", parent));
        Optional.ofNullable(filter.text()).ifPresent(text -> conditions.with("text", text.toLowerCase(Locale.ROOT)));
        if (filter.isOfLanes()) {
            conditions.and("task.lane_id = ANY(:lanes)", "lanes", lanes.all().toArray(Integer[]::new));
        }
        return conditions;
    }

    private static Optional<String[]> states(TaskFilter filter) {
        Set<TaskState> states = filter.places().isEmpty() ? filter.states() : Set.of(TaskState.OPEN);
        return states.isEmpty()
                ? Optional.empty()
                : Optional.of(states.stream().map(TaskState::word).toArray(String[]::new));
    }
}

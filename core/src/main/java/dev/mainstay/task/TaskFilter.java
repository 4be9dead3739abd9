package dev.mainstay.task;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which tasks to look for; null and an empty set mean any. Immutable.
///
/// @param places where open tasks are; with any of them, only open tasks are meant
/// @param text part of the identifier, a key, a tag or the payload, in any case
/// @param from created at or after this moment
/// @param to created before this moment
public record TaskFilter(
        Set<TaskState> states,
        Set<TaskPlace> places,
        @Nullable String queue,
        @Nullable String type,
        @Nullable String tag,
        @Nullable Priority priority,
        @Nullable UUID parent,
        @Nullable String text,
        @Nullable Instant from,
        @Nullable Instant to) {
    public static final TaskFilter ALL =
            new TaskFilter(Set.of(), Set.of(), null, null, null, null, null, null, null, null);

    public TaskFilter {
        states = Set.copyOf(states);
        places = Set.copyOf(places);
    }

    public TaskFilter withStates(TaskState... some) {
        return new TaskFilter(Set.of(some), places, queue, type, tag, priority, parent, text, from, to);
    }

    public TaskFilter withPlaces(TaskPlace... some) {
        return new TaskFilter(states, Set.of(some), queue, type, tag, priority, parent, text, from, to);
    }

    public TaskFilter withParent(UUID task) {
        return new TaskFilter(states, places, queue, type, tag, priority, task, text, from, to);
    }

    public TaskFilter withQueue(String name) {
        return new TaskFilter(states, places, name, type, tag, priority, parent, text, from, to);
    }

    /// Those of them that are open.
    TaskFilter thatCanBeCancelled() {
        return withStates(TaskState.OPEN);
    }

    /// Those of them that wait for their time, where that place is meant, and else the dead letters.
    TaskFilter thatCanBeRetried() {
        return places.contains(TaskPlace.DELAYED)
                ? withStates().withPlaces(TaskPlace.DELAYED)
                : withPlaces().withStates(TaskState.DEAD);
    }

    /// As an event tells it.
    Map<String, Object> described() {
        Map<String, @Nullable Object> all = new HashMap<>();
        all.put(
                "state",
                states.isEmpty()
                        ? null
                        : states.stream().map(TaskState::word).sorted().toList());
        all.put(
                "place",
                places.isEmpty()
                        ? null
                        : places.stream().map(TaskPlace::word).sorted().toList());
        all.put("queue", queue);
        all.put("type", type);
        all.put("tag", tag);
        all.put("priority", priority == null ? null : priority.word());
        all.put("parent", parent == null ? null : parent.toString());
        all.put("q", text);
        all.put("from", from == null ? null : from.toString());
        all.put("to", to == null ? null : to.toString());
        Map<String, Object> told = new TreeMap<>();
        all.forEach((name, value) -> {
            if (value != null) {
                told.put(name, value);
            }
        });
        return told;
    }

    /// Only tasks of some lanes can be meant.
    boolean isOfLanes() {
        return queue != null || type != null;
    }

    /// Nobody can be meant: open tasks alone have a place.
    boolean isEmpty() {
        return !places.isEmpty() && !states.isEmpty() && !states.contains(TaskState.OPEN);
    }

    boolean isOpenAlone() {
        return !places.isEmpty() || states.equals(Set.of(TaskState.OPEN));
    }
}

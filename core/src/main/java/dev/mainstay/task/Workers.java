package dev.mainstay.task;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The types of task this node works on, and who does: a worker given by code, or any number of agents. Thread-safe.
public final class Workers {
    private final Map<String, List<Worker<?>>> byType = new ConcurrentHashMap<>();

    /// The worker of a type for as long as this node lives.
    public <P> void add(TaskType<P> type, TaskHandler<P> handler) {
        if (byType.containsKey(type.name())) {
            throw new IllegalArgumentException("two workers for tasks of type " + type.name());
        }
        open(new Worker<>(type, handler, AttemptListener.NONE));
    }

    void open(Worker<?> worker) {
        byType.merge(worker.type().name(), List.of(worker), Workers::joined);
    }

    private static List<Worker<?>> joined(List<Worker<?>> some, List<Worker<?>> more) {
        return Stream.concat(some.stream(), more.stream()).distinct().toList();
    }

    /// It gets no more tasks; those it has go on.
    void close(Worker<?> worker) {
        byType.computeIfPresent(worker.type().name(), (_, all) -> without(worker, all));
    }

    private static @Nullable List<Worker<?>> without(Worker<?> worker, List<Worker<?>> all) {
        List<Worker<?>> rest = all.stream().filter(other -> other != worker).toList();
        return rest.isEmpty() ? null : rest;
    }

    public Set<String> types() {
        return new HashSet<>(byType.keySet());
    }

    private List<Worker<?>> all(String type) {
        return byType.getOrDefault(type, List.of());
    }

    /// Who has the most room for a task of that type; null when nobody works on it.
    @Nullable
    Worker<?> of(String type) {
        return all(type).stream().max(Comparator.comparingInt(Worker::free)).orElse(null);
    }

    /// How many more tasks of that type may run here.
    int free(String type) {
        long free = all(type).stream()
                .mapToLong(worker -> Math.max(0, worker.free()))
                .sum();
        return (int) Math.min(free, Integer.MAX_VALUE);
    }

    /// Whether fewer may run at once than the node has room for; none of a type nobody works on.
    boolean isBounded(String type) {
        return all(type).stream().allMatch(Worker::isBounded);
    }
}

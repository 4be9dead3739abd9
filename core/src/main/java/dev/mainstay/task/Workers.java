package dev.mainstay.task;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The types of task this node works on. Thread-safe.
public final class Workers {
    private final Map<String, Worker<?>> byType = new ConcurrentHashMap<>();

    public <P> void add(TaskType<P> type, TaskHandler<P> handler) {
        if (byType.putIfAbsent(type.name(), new Worker<>(type, handler)) != null) {
            throw new IllegalArgumentException("two workers for tasks of type " + type.name());
        }
    }

    public Set<String> types() {
        return Set.copyOf(byType.keySet());
    }

    @Nullable
    Worker<?> of(String type) {
        return byType.get(type);
    }
}

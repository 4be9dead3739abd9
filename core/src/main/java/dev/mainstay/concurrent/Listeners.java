package dev.mainstay.concurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who is to be called when something is said of a topic. Of a topic nobody listens to nothing is kept. Thread-safe.
public final class Listeners {
    private final Map<String, List<Runnable>> byTopic = new ConcurrentHashMap<>();

    /// Run what is returned to be called no more.
    public Runnable add(String topic, Runnable listener) {
        byTopic.merge(topic, List.of(listener), Listeners::joined);
        return () -> byTopic.computeIfPresent(topic, (_, all) -> without(listener, all));
    }

    private static List<Runnable> joined(List<Runnable> some, List<Runnable> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private static @Nullable List<Runnable> without(Runnable listener, List<Runnable> all) {
        List<Runnable> rest = new ArrayList<>(all);
        rest.remove(listener);
        return rest.isEmpty() ? null : List.copyOf(rest);
    }

    public List<Runnable> of(String topic) {
        return byTopic.getOrDefault(topic, List.of());
    }

    /// Of all topics.
    public List<Runnable> all() {
        return byTopic.values().stream().flatMap(List::stream).toList();
    }
}

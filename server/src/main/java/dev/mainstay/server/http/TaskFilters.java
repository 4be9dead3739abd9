package dev.mainstay.server.http;

import dev.mainstay.task.Priority;
import dev.mainstay.task.TaskFilter;
import dev.mainstay.task.TaskPlace;
import dev.mainstay.task.TaskState;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Reads which tasks are meant. Stateless and thread-safe.
final class TaskFilters {
    private static final int LONGEST_TEXT = 200;

    private TaskFilters() {}

    /// From the parameters of a query.
    static TaskFilter of(Request request, Instant now) {
        return new TaskFilter(
                words(request, "state", TaskState.values(), TaskState::word),
                words(request, "place", TaskPlace.values(), TaskPlace::word),
                request.query("queue").orElse(null),
                request.query("type").orElse(null),
                request.query("tag").orElse(null),
                request.choice("priority", Priority.values(), Priority::word).orElse(null),
                request.query("parent").map(TaskFilters::parent).orElse(null),
                request.query("q").map(TaskFilters::text).orElse(null),
                request.moment("from", now).orElse(null),
                request.moment("to", now).orElse(null));
    }

    private static <T> Set<T> words(Request request, String name, T[] choices, Function<T, String> word) {
        return request.query(name).stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(text -> Arrays.stream(choices)
                        .filter(choice -> word.apply(choice).equals(text))
                        .findFirst()
                        .orElseThrow(() -> Refusal.parameter(name, "must be one or several of " + all(choices, word))))
                .collect(Collectors.toSet());
    }

    private static <T> String all(T[] choices, Function<T, String> word) {
        return String.join(", ", List.of(choices).stream().map(word).toList());
    }

    private static UUID parent(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.parameter("parent", "must be the id of a task");
        }
    }

    private static String text(String text) {
        if (text.isBlank() || text.length() > LONGEST_TEXT) {
            throw Refusal.parameter("q", "must have 1 to " + LONGEST_TEXT + " characters");
        }
        return text;
    }
}

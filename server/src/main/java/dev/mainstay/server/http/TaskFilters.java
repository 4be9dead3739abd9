package dev.mainstay.server.http;

import dev.mainstay.task.Priority;
import dev.mainstay.task.TaskFilter;
import dev.mainstay.task.TaskPlace;
import dev.mainstay.task.TaskState;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads which tasks are meant. Stateless and thread-safe.
final class TaskFilters {
    private static final int LONGEST_TEXT = 200;
    private static final int NAME_LENGTH = 128;

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

    /// From an object with the same names, states and places as lists.
    static TaskFilter of(Fields fields) {
        return new TaskFilter(
                words(fields, "state", TaskState.values(), TaskState::word),
                words(fields, "place", TaskPlace.values(), TaskPlace::word),
                fields.optionalText("queue", NAME_LENGTH),
                fields.optionalText("type", NAME_LENGTH),
                fields.optionalText("tag", NAME_LENGTH),
                priority(fields),
                fields.optionalUuid("parent"),
                fields.optionalText("q", LONGEST_TEXT),
                fields.instant("from"),
                fields.instant("to"));
    }

    private static @Nullable Priority priority(Fields fields) {
        return fields.any("priority") == null ? null : fields.oneOf("priority", Priority.values(), Priority::word);
    }

    private static <T> Set<T> words(Fields fields, String name, T[] choices, Function<T, String> word) {
        Set<T> found = new HashSet<>();
        for (String text : fields.texts(name, choices.length, NAME_LENGTH)) {
            Optional<T> choice = choice(choices, word, text);
            choice.ifPresentOrElse(found::add, () -> fields.error(name, "must be a list of " + all(choices, word)));
        }
        return found;
    }

    private static <T> Optional<T> choice(T[] choices, Function<T, String> word, String text) {
        return Arrays.stream(choices)
                .filter(choice -> word.apply(choice).equals(text))
                .findFirst();
    }

    private static <T> Set<T> words(Request request, String name, T[] choices, Function<T, String> word) {
        return request.query(name).stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(text -> choice(choices, word, text)
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

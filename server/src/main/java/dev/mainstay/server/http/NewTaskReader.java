package dev.mainstay.server.http;

import dev.mainstay.task.NewTask;
import dev.mainstay.task.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads a task to be enqueued. Stateless and thread-safe.
final class NewTaskReader {
    static final int LONGEST_KEY = 512;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    private static final Pattern TAG = Pattern.compile("[^\\x00-\\x1f\\x7f-\\x9f]{1,100}");
    private static final Duration LONGEST = Duration.ofDays(3_650);
    private static final int MOST_ATTEMPTS = 1_000;

    private NewTaskReader() {}

    /// What was given; after a mistake a stand-in that nothing uses.
    static NewTask read(Fields fields) {
        String type = fields.matching("type", NAME);
        JsonNode payload = fields.some("payload");
        NewTask task = NewTask.of(NAME.matcher(type).matches() ? type : "refused", payload)
                .priority(fields.oneOf("priority", Priority.values(), Priority::word, Priority.NORMAL))
                .tagged(tags(fields))
                .after(fields.uuids("after", 1_000).toArray(UUID[]::new));
        return limited(timed(keyed(placed(task, fields), fields), fields), fields);
    }

    private static String[] tags(Fields fields) {
        return fields.matching("tags", 50, TAG).stream()
                .filter(tag -> TAG.matcher(tag).matches())
                .toArray(String[]::new);
    }

    private static NewTask placed(NewTask task, Fields fields) {
        String queue = fields.matching("queue", NAME, task.type());
        UUID parent = fields.optionalUuid("parent");
        NewTask placed = NAME.matcher(queue).matches() ? task.inQueue(queue) : task;
        return parent == null ? placed : placed.childOf(parent);
    }

    private static NewTask keyed(NewTask task, Fields fields) {
        String unique = key(fields, "uniqueKey");
        Duration kept = fields.duration("uniqueFor", Duration.ZERO, LONGEST, Duration.ZERO);
        String ordering = key(fields, "orderingKey");
        if (unique == null && !kept.isZero()) {
            fields.error("uniqueFor", "says how long uniqueKey is kept, which is missing");
        }
        NewTask keyed = unique == null ? task : task.unique(unique, kept);
        return ordering == null ? keyed : keyed.ordered(ordering);
    }

    private static @Nullable String key(Fields fields, String name) {
        String key = fields.optionalText(name, LONGEST_KEY);
        if (key != null && key.isEmpty()) {
            fields.error(name, "must not be empty");
        }
        return key == null || key.isEmpty() || key.length() > LONGEST_KEY ? null : key;
    }

    private static NewTask timed(NewTask task, Fields fields) {
        Duration delay = fields.duration("delay", Duration.ZERO, LONGEST, Duration.ZERO);
        Instant at = fields.instant("runAt");
        if (at != null && !delay.isZero()) {
            fields.error("runAt", "must not be given together with delay");
        }
        NewTask timed = delay.isZero() ? task : task.in(delay);
        return at == null ? timed : timed.at(at);
    }

    private static NewTask limited(NewTask task, Fields fields) {
        Duration life = fields.duration("timeToLive", Duration.ofMillis(1), LONGEST, Duration.ZERO);
        int attempts = Math.toIntExact(fields.whole("attempts", 1, MOST_ATTEMPTS, 0));
        NewTask limited = life.isZero() ? task : task.expiringAfter(life);
        return attempts == 0 ? limited : limited.attempts(attempts);
    }

    /// A batch, or the one task the body is.
    static List<NewTask> all(JsonNode body, int most) {
        return body.has("tasks")
                ? Fields.read(body, fields -> fields.objects("tasks", most, NewTaskReader::read))
                : List.of(Fields.read(body, NewTaskReader::read));
    }
}

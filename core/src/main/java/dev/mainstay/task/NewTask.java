package dev.mainstay.task;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A task to be enqueued; valid at every moment. Immutable and thread-safe: each method returns a changed copy.
///
/// ```java
/// NewTask.of("send-invoice", invoice).in(Duration.ofMinutes(5)).unique(invoice.number())
/// ```
public final class NewTask {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    /// Begins the keys of requests; no key that comes over HTTP has such a character.
    private static final String REQUEST = "\u001Frequest ";

    private static final int LONGEST_KEY = 512;

    private final String type;
    private final Object payload;
    private @Nullable String queue;
    private Priority priority = Priority.NORMAL;
    private @Nullable Instant dueAt;
    private @Nullable Duration delay;
    private @Nullable Duration timeToLive;
    private @Nullable String uniqueKey;
    private Duration keyKept = Duration.ZERO;
    private @Nullable String orderingKey;
    private @Nullable UUID parent;
    private List<UUID> needs = List.of();
    private List<String> tags = List.of();
    private @Nullable Integer attempts;

    private NewTask(String type, Object payload) {
        this.type = requireName("type", type);
        this.payload = payload;
    }

    private NewTask(NewTask other) {
        this(other.type, other.payload);
        queue = other.queue;
        priority = other.priority;
        dueAt = other.dueAt;
        delay = other.delay;
        timeToLive = other.timeToLive;
        uniqueKey = other.uniqueKey;
        keyKept = other.keyKept;
        orderingKey = other.orderingKey;
        parent = other.parent;
        needs = other.needs;
        tags = other.tags;
        attempts = other.attempts;
    }

    /// A task of that type, whose handler gets `payload` as JSON.
    public static NewTask of(String type, Object payload) {
        return new NewTask(type, payload);
    }

    /// Where it waits; without this, in the queue of its type's name.
    public NewTask inQueue(String name) {
        NewTask changed = new NewTask(this);
        changed.queue = requireName("queue", name);
        return changed;
    }

    public NewTask priority(Priority newPriority) {
        NewTask changed = new NewTask(this);
        changed.priority = newPriority;
        return changed;
    }

    /// Not before this long from the moment it is enqueued.
    public NewTask in(Duration newDelay) {
        if (newDelay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative, was " + newDelay);
        }
        NewTask changed = new NewTask(this);
        changed.delay = newDelay;
        changed.dueAt = null;
        return changed;
    }

    /// Not before this moment of the database's clock.
    public NewTask at(Instant moment) {
        NewTask changed = new NewTask(this);
        changed.dueAt = moment;
        changed.delay = null;
        return changed;
    }

    /// Expires when it has not started this long after it was enqueued.
    public NewTask expiringAfter(Duration newTimeToLive) {
        if (!newTimeToLive.isPositive()) {
            throw new IllegalArgumentException("time to live must be positive, was " + newTimeToLive);
        }
        NewTask changed = new NewTask(this);
        changed.timeToLive = newTimeToLive;
        return changed;
    }

    /// The only open task of its type with this key: while there is one, enqueueing gives that one instead.
    public NewTask unique(String key) {
        return unique(key, Duration.ZERO);
    }

    /// The same, and for this long from now even when it has ended: a request that is sent again gets the same task.
    public NewTask unique(String key, Duration kept) {
        NewTask changed = new NewTask(this);
        changed.uniqueKey = requireKey("unique key", key);
        changed.keyKept = kept;
        return changed;
    }

    /// The same for a request that carries a key of its own kind, which is not shown as the unique key of the task.
    public NewTask sentOnce(String request, Duration kept) {
        return unique(REQUEST + request, kept);
    }

    /// The unique key as somebody gave it; null for that of a request.
    static @Nullable String shownKey(@Nullable String uniqueKey) {
        return uniqueKey == null || uniqueKey.startsWith(REQUEST) ? null : uniqueKey;
    }

    /// One at a time, and strictly in the order of enqueueing, among the tasks of its queue with this key.
    public NewTask ordered(String key) {
        NewTask changed = new NewTask(this);
        changed.orderingKey = requireKey("ordering key", key);
        return changed;
    }

    public NewTask childOf(UUID task) {
        NewTask changed = new NewTask(this);
        changed.parent = task;
        return changed;
    }

    /// Only once all of these have completed; when one of them ends otherwise, this one is cancelled.
    public NewTask after(UUID... tasks) {
        NewTask changed = new NewTask(this);
        changed.needs = List.of(tasks);
        return changed;
    }

    public NewTask tagged(String... newTags) {
        for (String tag : newTags) {
            if (tag.isEmpty() || tag.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("a tag must be text without control characters, was '" + tag + "'");
            }
        }
        NewTask changed = new NewTask(this);
        changed.tags = List.of(newTags);
        return changed;
    }

    /// How often it may fail, if not as often as its type says.
    public NewTask attempts(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, was " + most);
        }
        NewTask changed = new NewTask(this);
        changed.attempts = most;
        return changed;
    }

    private static String requireName(String field, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    field + " must be 1 to 128 of a-z 0-9 . _ - and begin with a letter or digit, was '" + name + "'");
        }
        return name;
    }

    private static String requireKey(String field, String key) {
        if (key.isEmpty() || key.length() > LONGEST_KEY) {
            throw new IllegalArgumentException(
                    field + " must be 1 to " + LONGEST_KEY + " characters, was " + key.length());
        }
        return key;
    }

    public String type() {
        return type;
    }

    public Object payload() {
        return payload;
    }

    public String queue() {
        return queue == null ? type : queue;
    }

    public Priority priority() {
        return priority;
    }

    public @Nullable Instant dueAt() {
        return dueAt;
    }

    public @Nullable Duration delay() {
        return delay;
    }

    public @Nullable Duration timeToLive() {
        return timeToLive;
    }

    public @Nullable String uniqueKey() {
        return uniqueKey;
    }

    public Duration keyKept() {
        return keyKept;
    }

    public @Nullable String orderingKey() {
        return orderingKey;
    }

    public @Nullable UUID parent() {
        return parent;
    }

    public List<UUID> needs() {
        return needs;
    }

    public List<String> tags() {
        return tags;
    }

    public @Nullable Integer attempts() {
        return attempts;
    }

    /// Needs no more than a row among the tasks and one among the claimable.
    boolean isPlain() {
        return dueAt == null
                && delay == null
                && timeToLive == null
                && uniqueKey == null
                && orderingKey == null
                && parent == null
                && needs.isEmpty();
    }
}

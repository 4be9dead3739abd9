package dev.mainstay.server.http;

import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.Interest;
import dev.mainstay.message.MessageFilter;
import dev.mainstay.message.Start;
import dev.mainstay.message.TopicPattern;
import dev.mainstay.task.RetryPolicy;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads what a consumer group is to want out of a body. Stateless and thread-safe.
final class NewGroupReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}");
    private static final int MOST_CHANNELS = 32;
    private static final int MOST_ATTEMPTS = 100;
    private static final Duration LONGEST_WAIT = Duration.ofDays(7);
    private static final ConsumerGroup USUAL = ConsumerGroup.of("usual", Interest.in("usual"));

    private NewGroupReader() {}

    static ConsumerGroup read(String name, Fields fields) {
        if (!NAME.matcher(name).matches()) {
            fields.error("name", "must be 1 to 128 of a-z 0-9 . _ - and begin with a letter or digit");
        }
        Interest interest = interest(fields);
        Duration ackWithin =
                fields.duration("ackWithin", Duration.ofMillis(100), Duration.ofHours(1), USUAL.ackWithin());
        ConsumerGroup group = ConsumerGroup.of(NAME.matcher(name).matches() ? name : "unnamed", interest)
                .from(start("from", fields.optionalText("from", 64), fields))
                .retry(retry(fields))
                .ackWithin(ackWithin);
        return fields.flag("ordered", true) ? group : group.unordered();
    }

    private static Interest interest(Fields fields) {
        List<String> channels = fields.texts("channels", MOST_CHANNELS, 200);
        if (channels.isEmpty()) {
            fields.error("channels", "must name at least one channel");
            return USUAL.interest();
        }
        Interest named = fields.made(
                "channels",
                USUAL.interest(),
                () -> new Interest(new HashSet<>(channels), TopicPattern.ALL, MessageFilter.NONE));
        String keys = fields.optionalText("keys", 1_000);
        Interest keyed = keys == null ? named : fields.made("keys", named, () -> named.matching(keys));
        String filter = fields.optionalText("filter", 2_000);
        return filter == null ? keyed : fields.made("filter", keyed, () -> keyed.where(filter));
    }

    private static RetryPolicy retry(Fields fields) {
        RetryPolicy usual = USUAL.retry();
        int attempts = Math.toIntExact(fields.whole("maxAttempts", 1, MOST_ATTEMPTS, usual.attempts()));
        Duration first = fields.duration("firstRetry", Duration.ofMillis(1), LONGEST_WAIT, usual.first());
        Duration longest = fields.optionalDuration("longestRetry", Duration.ofMillis(1), LONGEST_WAIT);
        if (longest != null && longest.compareTo(first) < 0) {
            fields.error("longestRetry", "must be at least the first wait, " + first);
            return usual;
        }
        return new RetryPolicy(attempts, first, longest(longest, first, usual), usual.jitter());
    }

    private static Duration longest(@Nullable Duration given, Duration first, RetryPolicy usual) {
        return given != null ? given : first.compareTo(usual.longest()) > 0 ? first : usual.longest();
    }

    /// Where reading begins: `newest`, `oldest`, a position or a moment.
    static Start start(String name, @Nullable String text, Fields fields) {
        return text == null || text.equals("newest")
                ? Start.NEWEST
                : start(text).orElseGet(() -> {
                    fields.error(name, "must be newest, oldest, a position, or a time such as 2026-01-31T12:00:00Z");
                    return Start.NEWEST;
                });
    }

    private static Optional<Start> start(String text) {
        if (text.equals("oldest")) {
            return Optional.of(Start.OLDEST);
        }
        try {
            return Optional.of(
                    POSITION.matcher(text).matches()
                            ? Start.after(Long.parseLong(text))
                            : Start.since(OffsetDateTime.parse(text).toInstant()));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}

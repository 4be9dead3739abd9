package dev.mainstay.message;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Answers what lists ask of a log that has no index and is read backwards: it looks through 20,000 messages for a page
/// and no more. Stateless and thread-safe.
public final class Lookback {
    private static final int MOST = 20_000;
    private static final int PAGE = 500;
    private static final Duration RECENT = Duration.ofHours(1);

    /// A log, read backwards.
    @FunctionalInterface
    public interface Log {
        /// The newest messages before a position, the newest first.
        List<Message> newest(long before, int limit);
    }

    private Lookback() {}

    public static MessagePage search(Log log, MessageSearch search) {
        List<Message> found = new ArrayList<>();
        Optional<Long> unseen = walk(log, search.before().orElse(Long.MAX_VALUE), message -> {
            if (search.matches(message)) {
                found.add(message);
            }
            boolean isEarlier = search.from().stream().anyMatch(message.storedAt()::isBefore);
            return !isEarlier && found.size() <= search.limit();
        });
        MessagePage page = MessagePage.of(found, search.limit());
        return page.before().isPresent() ? page : new MessagePage(found, unseen);
    }

    /// Below which position nobody looked, because there were too many.
    private static Optional<Long> walk(Log log, long before, Predicate<Message> goesOn) {
        long from = before;
        for (int seen = 0; seen < MOST; ) {
            List<Message> page = log.newest(from, PAGE);
            if (page.isEmpty() || !page.stream().allMatch(goesOn)) {
                return Optional.empty();
            }
            seen += page.size();
            from = page.getLast().position();
        }
        return Optional.of(from);
    }

    /// Channels by name, those of answers left out.
    public static List<ChannelView> channels(Log log, Instant now, String after, int limit) {
        Map<String, ChannelView> known = new TreeMap<>();
        walk(log, Long.MAX_VALUE, message -> {
            int recent = message.storedAt().isAfter(now.minus(RECENT)) ? 1 : 0;
            ChannelView one = new ChannelView(message.channel(), message.position(), message.storedAt(), recent);
            known.merge(message.channel(), one, Lookback::together);
            return true;
        });
        return known.values().stream()
                .filter(channel -> channel.name().compareTo(after) > 0 && !Channels.isForReplies(channel.name()))
                .limit(limit)
                .toList();
    }

    private static ChannelView together(ChannelView newer, ChannelView older) {
        return new ChannelView(newer.name(), newer.lastPosition(), newer.lastAt(), newer.lastHour() + older.lastHour());
    }
}

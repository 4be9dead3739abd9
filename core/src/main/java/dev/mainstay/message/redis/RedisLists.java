package dev.mainstay.message.redis;

import dev.mainstay.message.ChannelView;
import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.GroupView;
import dev.mainstay.message.Lookback;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageLists;
import dev.mainstay.message.MessagePage;
import dev.mainstay.message.MessageSearch;
import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What lists show of messages in Redis. Thread-safe.
final class RedisLists implements MessageLists {
    private final RedisLink link;
    private final RedisLog log;
    private final RedisGroups groups;

    RedisLists(RedisLink link, RedisLog log, RedisGroups groups) {
        this.link = link;
        this.log = log;
        this.groups = groups;
    }

    @Override
    public MessagePage search(UUID organization, MessageSearch search) {
        return Lookback.search((before, limit) -> log.newest(organization, before, limit), search);
    }

    @Override
    public Optional<Message> find(UUID organization, long position) {
        return log.fetch(organization, List.of(Long.toString(position)), 1).stream()
                .findFirst();
    }

    @Override
    public List<ChannelView> channels(UUID organization, String after, int limit) {
        return rows(RedisScript.CHANNELS, organization, after, Integer.toString(limit)).stream()
                .map(RedisLists::channel)
                .toList();
    }

    private List<List<String>> rows(RedisScript script, UUID organization, String... arguments) {
        return link.run(script, List.of(RedisKeys.root(organization)), List.of(arguments)).stream()
                .map(row -> RedisLog.texts(List.copyOf((List<?>) row)))
                .toList();
    }

    private static ChannelView channel(List<String> row) {
        long position = Long.parseLong(row.get(1));
        return new ChannelView(row.getFirst(), position, RedisLog.moment(position), Long.parseLong(row.get(2)));
    }

    @Override
    public List<GroupView> groups(UUID organization, String after, int limit) {
        return groups(organization, after, limit, "");
    }

    @Override
    public Optional<GroupView> group(UUID organization, String name) {
        return groups(organization, "", 1, name).stream().findFirst();
    }

    private List<GroupView> groups(UUID organization, String after, int limit, String only) {
        return rows(RedisScript.GROUPS, organization, after, Integer.toString(limit), only).stream()
                .map(row -> group(row.iterator()))
                .toList();
    }

    private static GroupView group(Iterator<String> row) {
        String name = row.next();
        List<String> channels = Jsonb.node(row.next())
                .valueStream()
                .map(channel -> channel.asString(""))
                .sorted()
                .toList();
        String keys = row.next();
        String filter = row.next();
        boolean ordered = row.next().equals("1");
        int attempts = Integer.parseInt(row.next());
        Duration first = Duration.ofMillis(number(row));
        Duration longest = Duration.ofMillis(number(row));
        Duration lease = Duration.of(number(row), ChronoUnit.MICROS);
        Instant createdAt = RedisLog.moment(number(row));
        return new GroupView(
                name,
                channels,
                keys,
                filter.isEmpty() ? null : filter,
                ordered,
                attempts,
                first,
                longest,
                lease,
                number(row),
                momentOrNone(number(row)),
                number(row),
                number(row),
                number(row),
                number(row),
                number(row),
                createdAt);
    }

    private static long number(Iterator<String> row) {
        return Long.parseLong(row.next());
    }

    private static @Nullable Instant momentOrNone(long position) {
        return position == 0 ? null : RedisLog.moment(position);
    }

    @Override
    public List<DeadLetter> deadLetters(
            UUID organization, Optional<String> group, Optional<DeadLetter.Place> after, int limit) {
        return groups.deadLetters(organization, group, after, limit);
    }
}

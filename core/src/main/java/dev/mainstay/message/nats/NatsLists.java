package dev.mainstay.message.nats;

import dev.mainstay.message.ChannelView;
import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.GroupView;
import dev.mainstay.message.Lookback;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageLists;
import dev.mainstay.message.MessagePage;
import dev.mainstay.message.MessageSearch;
import dev.mainstay.message.nats.GroupDocument.Claim;
import dev.mainstay.message.nats.GroupDocument.Wants;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What lists show of messages in NATS. Thread-safe.
final class NatsLists implements MessageLists {
    private static final int MOST_COUNTED = 1_000;

    private final NatsLog log;
    private final NatsGroups groups;
    private final NatsClock clock;

    NatsLists(NatsLog log, NatsGroups groups, NatsClock clock) {
        this.log = log;
        this.groups = groups;
        this.clock = clock;
    }

    @Override
    public MessagePage search(UUID organization, MessageSearch search) {
        return Lookback.search((before, limit) -> log.newest(organization, before, limit), search);
    }

    @Override
    public Optional<Message> find(UUID organization, long position) {
        return groups.letters().find(organization, position);
    }

    @Override
    public List<ChannelView> channels(UUID organization, String after, int limit) {
        return Lookback.channels(
                (before, most) -> log.newest(organization, before, most), moment(clock.now()), after, limit);
    }

    private static Instant moment(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    @Override
    public List<GroupView> groups(UUID organization, String after, int limit) {
        long head = log.head(organization);
        return groups.all(organization).entrySet().stream()
                .filter(entry -> entry.getKey().compareTo(after) > 0)
                .limit(limit)
                .map(entry -> view(organization, entry.getKey(), entry.getValue(), head))
                .toList();
    }

    @Override
    public Optional<GroupView> group(UUID organization, String name) {
        return groups.document(organization, name)
                .map(document -> view(organization, name, document, log.head(organization)));
    }

    private GroupView view(UUID organization, String name, GroupDocument group, long head) {
        Wants wants = group.wants();
        List<Message> unread = unread(organization, group, head);
        return new GroupView(
                name,
                wants.channels(),
                wants.keys(),
                wants.filter().isEmpty() ? null : wants.filter(),
                wants.ordered(),
                wants.attempts(),
                wants.retry().first(),
                wants.retry().longest(),
                Duration.of(wants.lease(), ChronoUnit.MICROS),
                unread.size(),
                oldest(unread),
                group.claims().stream().mapToInt(claim -> claim.held().size()).sum(),
                group.claims().stream().map(Claim::consumer).distinct().count(),
                group.waiting().size(),
                groups.letters().count(organization, name),
                group.missed(),
                moment(group.createdAt()));
    }

    private static @Nullable Instant oldest(List<Message> messages) {
        return messages.stream()
                .map(Message::storedAt)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private List<Message> unread(UUID organization, GroupDocument group, long head) {
        Set<String> channels = Set.copyOf(group.wants().channels());
        List<Long> reached = group.reached();
        return IntStream.range(0, reached.size())
                .mapToObj(
                        urgency -> log.page(organization, channels, urgency, reached.get(urgency), MOST_COUNTED, head))
                .flatMap(page -> page.messages().stream())
                .toList();
    }

    @Override
    public List<DeadLetter> deadLetters(
            UUID organization, Optional<String> group, Optional<DeadLetter.Place> after, int limit) {
        return groups.letters().list(organization, group, after, limit);
    }
}

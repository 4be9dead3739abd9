package dev.mainstay.message.redis;

import dev.mainstay.message.Batch;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageFilter;
import dev.mainstay.message.Settlement;
import dev.mainstay.message.Start;
import dev.mainstay.message.TopicPattern;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.task.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Consumer groups in Redis: what each wants, where it stands, what it has in hand and what it gave up. Thread-safe.
final class RedisGroups {
    private static final Comparator<Message> MOST_URGENT_FIRST = Comparator.comparing(
                    (Message message) -> message.priority().stored())
            .thenComparing(Message::position);

    private final RedisLink link;
    private final RedisLog log;
    // Of the few texts that groups are declared with, so that they are read once.
    private final Map<String, Wanted> wanted = new ConcurrentHashMap<>();

    private record Wanted(TopicPattern keys, MessageFilter filter) {
        private boolean wants(Message message) {
            return keys.matches(message.routingKey()) && filter.matches(message);
        }
    }

    RedisGroups(RedisLink link, RedisLog log) {
        this.link = link;
        this.log = log;
    }

    private List<Object> run(RedisScript script, UUID organization, Collection<String> arguments) {
        return link.run(script, List.of(RedisKeys.root(organization)), arguments);
    }

    void declare(UUID organization, ConsumerGroup group, long position) {
        run(
                RedisScript.DECLARE,
                organization,
                List.of(
                        group.name(),
                        Jsonb.list(group.interest().channels()),
                        group.interest().keys().text(),
                        group.interest().filter().text(),
                        group.ordered() ? "1" : "0",
                        Integer.toString(group.retry().attempts()),
                        Long.toString(group.ackWithin().toNanos() / 1_000),
                        Long.toString(position),
                        Long.toString(group.retry().first().toMillis()),
                        Long.toString(group.retry().longest().toMillis()),
                        Double.toString(group.retry().jitter())));
    }

    Optional<ConsumerGroup> find(UUID organization, String group) {
        List<String> found = RedisLog.texts(run(RedisScript.GROUP, organization, List.of(group)));
        return found.isEmpty() ? Optional.empty() : Optional.of(group(group, found));
    }

    private static ConsumerGroup group(String name, List<String> found) {
        Interest interest = new Interest(
                Set.copyOf(found.subList(8, found.size())),
                TopicPattern.of(found.get(0)),
                MessageFilter.of(found.get(1)));
        RetryPolicy retry = new RetryPolicy(
                Integer.parseInt(found.get(3)),
                Duration.ofMillis(Long.parseLong(found.get(5))),
                Duration.ofMillis(Long.parseLong(found.get(6))),
                Double.parseDouble(found.get(7)));
        Duration lease = Duration.ofNanos(Long.parseLong(found.get(4)) * 1_000);
        return new ConsumerGroup(
                name, interest, Start.NEWEST, retry, lease, found.get(2).equals("1"));
    }

    boolean remove(UUID organization, String group) {
        return run(RedisScript.REMOVE, organization, List.of(group))
                .getFirst()
                .toString()
                .equals("1");
    }

    Batch held(UUID organization, String group, UUID token) {
        List<String> found = RedisLog.texts(run(RedisScript.HELD, organization, List.of(group, token.toString())));
        return found.size() < 2
                ? new Batch(token, List.of())
                : new Batch(
                        token,
                        log
                                .fetch(
                                        organization,
                                        found.subList(1, found.size()),
                                        Integer.parseInt(found.getFirst()) + 1)
                                .stream()
                                .sorted(MOST_URGENT_FIRST)
                                .toList());
    }

    void seek(UUID organization, String group, long position) {
        run(RedisScript.SEEK, organization, List.of(group, Long.toString(position)));
    }

    /// Takes until something is wanted, or nothing is left: what the group does not want is settled at once.
    Batch claim(UUID organization, String group, UUID session, UUID consumer, int most) {
        while (true) {
            UUID token = UUID.randomUUID();
            List<String> reply = RedisLog.texts(link.run(
                    RedisScript.CLAIM,
                    List.of(RedisKeys.root(organization), RedisKeys.session(session)),
                    List.of(group, token.toString(), session.toString(), consumer.toString(), Integer.toString(most))));
            if (reply.isEmpty()) {
                return Batch.NOTHING;
            }
            Batch batch = wanted(organization, group, token, reply);
            if (!batch.isEmpty()) {
                return batch;
            }
        }
    }

    private Batch wanted(UUID organization, String group, UUID token, List<String> reply) {
        Wanted wants = wanted.computeIfAbsent(
                reply.get(1) + '\n' + reply.get(2),
                any -> new Wanted(TopicPattern.of(reply.get(1)), MessageFilter.of(reply.get(2))));
        List<String> positions = reply.subList(3, reply.size());
        List<Message> messages = log.fetch(organization, positions, Integer.parseInt(reply.getFirst()) + 1).stream()
                .filter(wants::wants)
                .sorted(MOST_URGENT_FIRST)
                .toList();
        settleUnwanted(organization, group, token, positions, messages);
        return new Batch(token, messages);
    }

    private void settleUnwanted(
            UUID organization, String group, UUID token, List<String> positions, List<Message> wantedOnes) {
        Set<String> kept = wantedOnes.stream()
                .map(message -> Long.toString(message.position()))
                .collect(Collectors.toSet());
        List<String> skipped = positions.stream()
                .filter(position -> !kept.contains(position))
                .flatMap(position -> Stream.of(token.toString(), position, "acked", "0", ""))
                .toList();
        if (!skipped.isEmpty()) {
            settle(organization, group, skipped);
        }
    }

    private List<Object> settle(UUID organization, String group, List<String> settlements) {
        List<String> arguments = new ArrayList<>(settlements.size() + 1);
        arguments.add(group);
        arguments.addAll(settlements);
        return run(RedisScript.SETTLE, organization, arguments);
    }

    /// Returns the leases that were lost.
    Set<UUID> settle(UUID organization, ConsumerGroup group, List<Settlement> settlements) {
        List<String> arguments =
                settlements.stream().flatMap(RedisGroups::values).toList();
        return tokens(settle(organization, group.name(), arguments));
    }

    private static Stream<String> values(Settlement settlement) {
        return Stream.of(
                settlement.token().toString(),
                Long.toString(settlement.message().position()),
                settlement.outcome().name().toLowerCase(Locale.ROOT),
                Long.toString(settlement.again().toNanos() / 1_000),
                settlement.error() == null ? "" : settlement.error());
    }

    private static Set<UUID> tokens(List<Object> reply) {
        return reply.stream().map(token -> UUID.fromString(token.toString())).collect(Collectors.toSet());
    }

    Set<UUID> renew(UUID organization, String group, Collection<UUID> tokens) {
        List<String> arguments = new ArrayList<>(List.of(group));
        tokens.forEach(token -> arguments.add(token.toString()));
        return tokens(run(RedisScript.RENEW, organization, arguments));
    }

    Set<String> ready(UUID organization, Collection<String> groups) {
        return new HashSet<>(RedisLog.texts(run(RedisScript.READY, organization, groups)));
    }

    List<DeadLetter> deadLetters(UUID organization, Optional<String> group, int limit) {
        return dead(organization, group, limit).stream()
                .flatMap(entry -> deadLetter(organization, entry).stream())
                .sorted(Comparator.comparing(DeadLetter::diedAt).reversed())
                .limit(limit)
                .toList();
    }

    private List<List<String>> dead(UUID organization, Optional<String> group, int limit) {
        return run(RedisScript.DEAD_LETTERS, organization, List.of(group.orElse(""), Integer.toString(limit))).stream()
                .map(entry -> RedisLog.texts(List.copyOf((List<?>) entry)))
                .toList();
    }

    /// In the order of their places, behind one of them.
    List<DeadLetter> deadLetters(
            UUID organization, Optional<String> group, Optional<DeadLetter.Place> after, int limit) {
        return dead(organization, group, Integer.MAX_VALUE).stream()
                .filter(entry -> after.stream().allMatch(last -> last.compareTo(placeOf(entry)) < 0))
                .sorted(Comparator.comparing(RedisGroups::placeOf))
                .flatMap(entry -> deadLetter(organization, entry).stream())
                .limit(limit)
                .toList();
    }

    private static DeadLetter.Place placeOf(List<String> entry) {
        return new DeadLetter.Place(Long.parseLong(entry.get(1)), entry.getFirst());
    }

    private Optional<DeadLetter> deadLetter(UUID organization, List<String> entry) {
        String about = entry.get(3);
        int space = about.indexOf(' ');
        int attempts = Integer.parseInt(about.substring(0, space));
        return log.fetch(organization, List.of(entry.get(1)), attempts).stream()
                .findFirst()
                .map(message -> new DeadLetter(
                        entry.getFirst(),
                        message,
                        attempts,
                        about.substring(space + 1),
                        RedisLog.moment(Long.parseLong(entry.get(2)))));
    }

    boolean redrive(UUID organization, String group, long position) {
        return log.fetch(organization, List.of(Long.toString(position)), 1).stream()
                .findFirst()
                .map(message ->
                        bury(organization, group, position, "1", message.sender() == null ? "" : message.sender()))
                .orElse(false);
    }

    boolean discard(UUID organization, String group, long position) {
        return bury(organization, group, position, "0", "");
    }

    private boolean bury(UUID organization, String group, long position, String isAgain, String sender) {
        return run(RedisScript.BURY, organization, List.of(group, Long.toString(position), isAgain, sender))
                .getFirst()
                .toString()
                .equals("1");
    }
}

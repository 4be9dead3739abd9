package dev.mainstay.message.nats;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.message.Batch;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.Message;
import dev.mainstay.message.Settlement;
import dev.mainstay.message.nats.GroupDocument.Wants;
import io.nats.client.KeyValue;
import io.nats.client.api.KeyValueEntry;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Consumer groups in NATS: each a document that a step reads, changes and writes on the condition that nobody else has
/// meanwhile. Thread-safe.
final class NatsGroups {
    private static final Logger LOG = LoggerFactory.getLogger(NatsGroups.class);
    private static final int MOST_TRIES = 200;
    private static final int LONGEST_PAUSE_MILLIS = 20;
    private static final int PRIORITIES = 4;
    // So far a step goes that looks for what a group wants among what others do.
    private static final long PASSED = NatsFrame.position(1_000, 0);

    private final NatsLink link;
    private final NatsStores stores;
    private final NatsLog log;
    private final NatsClock clock;
    private final DeadLetters letters;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final Map<UUID, Seen> seen = new ConcurrentHashMap<>();
    // So that consumers of one node are not in each other's way.
    private final Map<String, ReentrantLock> here = new ConcurrentHashMap<>();

    // Told of once.
    private final Set<String> broken = ConcurrentHashMap.newKeySet();

    private record Seen(long revision, Map<String, GroupDocument> groups) {}

    NatsGroups(NatsLink link, NatsStores stores, NatsLog log, NatsClock clock) {
        this.link = link;
        this.stores = stores;
        this.log = log;
        this.clock = clock;
        this.letters = new DeadLetters(link, stores, log);
    }

    DeadLetters letters() {
        return letters;
    }

    void declare(UUID organization, ConsumerGroup group, long position) {
        Wants wants = Wants.of(group);
        String key = NatsNames.group(group.name());
        KeyValue bucket = stores.groups(organization);
        try {
            if (link.call(() -> bucket.get(key)) == null) {
                GroupDocument fresh = new GroupDocument(
                        wants, clock.now(), Collections.nCopies(PRIORITIES, position), List.of(), List.of(), 0);
                link.guarded(() -> bucket.create(key, fresh.bytes()));
                return;
            }
        } catch (NatsLink.Conflict e) {
            // Another node has just created it.
        }
        change(organization, group.name(), known -> known.wants = wants);
    }

    Optional<ConsumerGroup> find(UUID organization, String group) {
        return document(organization, group).map(document -> document.wants().group(group));
    }

    /// As it is at the moment.
    Optional<GroupDocument> document(UUID organization, String group) {
        return Optional.ofNullable(entry(organization, group)).map(entry -> GroupDocument.of(entry.getValue()));
    }

    private @Nullable KeyValueEntry entry(UUID organization, String group) {
        KeyValue bucket = stores.groups(organization);
        return link.call(() -> bucket.get(NatsNames.group(group)));
    }

    /// Its dead letters go last, also those that an earlier attempt had left behind.
    boolean remove(UUID organization, String group) {
        Boolean isRemoved = insisting(organization, group, () -> removeOnce(organization, group));
        letters.forget(organization, group);
        return Boolean.TRUE.equals(isRemoved);
    }

    private boolean removeOnce(UUID organization, String group) throws NatsLink.Conflict {
        KeyValueEntry entry = entry(organization, group);
        if (entry != null) {
            KeyValue bucket = stores.groups(organization);
            link.guarded(() -> {
                bucket.purge(NatsNames.group(group), entry.getRevision());
                return true;
            });
        }
        return entry != null;
    }

    Batch held(UUID organization, String group, UUID token) {
        List<Message> messages = document(organization, group).stream()
                .flatMap(document -> document.claims().stream())
                .filter(claim -> claim.token().equals(token))
                .flatMap(claim -> claim.held().stream()
                        .flatMap(held -> letters.find(organization, held.position()).stream())
                        .map(message -> NatsFrame.tried(message, claim.attempts() + 1)))
                .sorted(NatsHandOut.MOST_URGENT_FIRST)
                .toList();
        return new Batch(token, messages);
    }

    void seek(UUID organization, String group, long position) {
        change(organization, group, known -> {
            known.seek(position);
            return true;
        });
    }

    Batch claim(UUID organization, String group, UUID session, UUID consumer, int most) {
        UUID token = UUID.randomUUID();
        Batch batch = change(organization, group, known -> {
            Reader reader = new Reader(
                    organization, Set.copyOf(known.wants.channels()), log.head(organization), Long.MAX_VALUE);
            // A log that was lost and begun anew has lower positions.
            known.reached.replaceAll(reached -> reached > reader.head() ? 0 : reached);
            return new NatsHandOut(known, consumer, most, clock.now(), reader).choose(token, session);
        });
        return batch == null ? Batch.NOTHING : batch;
    }

    /// Takes a group past what is going to be forgotten, a page a step, and counts what it had not read of it. False
    /// when it
    /// is through, or there is none of that name.
    boolean pass(UUID organization, String group, long end) {
        long begin = NatsFrame.end(stores.state(organization).getFirstSequence() - 1);
        return Boolean.TRUE.equals(change(organization, group, known -> {
            known.reached.replaceAll(reached -> Math.max(reached, begin));
            Reader reader = new Reader(organization, Set.copyOf(known.wants.channels()), end, PASSED);
            return known.pass(reader, end, clock.now());
        }));
    }

    private final class Reader implements NatsHandOut.Log {
        private final UUID organization;
        private final Set<String> channels;
        private final long head;
        private final long widest;

        private Reader(UUID organization, Set<String> channels, long head, long widest) {
            this.organization = organization;
            this.channels = channels;
            this.head = head;
            this.widest = widest;
        }

        private long head() {
            return head;
        }

        @Override
        public NatsHandOut.Page page(int urgency, long after, int limit) {
            // To the end of a frame, so that the next page begins with one.
            long upto = head - after > widest ? NatsFrame.end(NatsFrame.sequence(after + widest) - 1) : head;
            return log.page(organization, channels, urgency, after, limit, upto);
        }

        @Override
        public Optional<Message> find(long position) {
            return letters.find(organization, position);
        }
    }

    /// Returns the leases that were lost.
    Set<UUID> settle(UUID organization, String group, List<Settlement> settlements) {
        Set<UUID> lost = change(organization, group, known -> known.settle(settlements, clock.now()));
        return lost != null ? lost : settlements.stream().map(Settlement::token).collect(Collectors.toSet());
    }

    Set<UUID> renew(UUID organization, String group, Collection<UUID> tokens) {
        Set<UUID> lost = change(organization, group, known -> known.renew(tokens, clock.now()));
        return lost != null ? lost : Set.copyOf(tokens);
    }

    boolean redrive(UUID organization, String group, long position) {
        Optional<Message> message = letters.message(organization, group, position);
        if (message.isEmpty()) {
            return false;
        }
        letters.keepIfGone(organization, message.get());
        String sender = message.get().sender();
        Boolean isAgain =
                change(organization, group, known -> known.again(position, sender == null ? "" : sender, clock.now()));
        return letters.discard(organization, group, position) && Boolean.TRUE.equals(isAgain);
    }

    /// Null when there is no such group.
    <R> @Nullable R change(UUID organization, String group, Function<NatsGroup, R> step) {
        return insisting(organization, group, () -> changeOnce(organization, group, step));
    }

    /// A step that comes to nothing when another node is faster.
    @FunctionalInterface
    private interface Attempt<R> {
        @Nullable
        R run() throws NatsLink.Conflict;
    }

    private <R> @Nullable R insisting(UUID organization, String group, Attempt<R> step) {
        ReentrantLock mine = here.computeIfAbsent(organization + group, any -> new ReentrantLock());
        mine.lock();
        try {
            for (int tries = 0; tries < MOST_TRIES; tries++) {
                try {
                    return step.run();
                } catch (NatsLink.Conflict e) {
                    Threads.pause(Duration.ofMillis(random.nextInt(LONGEST_PAUSE_MILLIS)));
                }
            }
        } finally {
            mine.unlock();
        }
        throw new MainstayException(
                ErrorCode.MESSAGES_UNREACHABLE,
                link.address() + " let others be faster " + MOST_TRIES + " times in a row with group " + group);
    }

    private <R> @Nullable R changeOnce(UUID organization, String group, Function<NatsGroup, R> step)
            throws NatsLink.Conflict {
        KeyValueEntry entry = entry(organization, group);
        if (entry == null) {
            return null;
        }
        GroupDocument before = GroupDocument.of(entry.getValue());
        NatsGroup known = new NatsGroup(before);
        R result = step.apply(known);
        GroupDocument after = known.document();
        if (!after.equals(before)) {
            // A letter too many, after a crash, is better than one too few.
            known.dead.forEach(dead -> letters.store(organization, group, dead));
            KeyValue bucket = stores.groups(organization);
            link.guarded(() -> bucket.update(NatsNames.group(group), after.bytes(), entry.getRevision()));
        }
        return result;
    }

    /// Of these groups the ones that may have something to hand out.
    Set<String> ready(UUID organization, Collection<String> names) {
        long head = log.head(organization);
        long revision = stores.revision(organization);
        Seen seen = this.seen.compute(
                organization,
                (any, before) -> before != null && before.revision() == revision
                        ? before
                        : new Seen(revision, all(organization)));
        return names.stream()
                .filter(name -> isReady(seen.groups().get(name), head))
                .collect(Collectors.toSet());
    }

    private boolean isReady(@Nullable GroupDocument group, long head) {
        return group != null
                && (group.waiting().stream().anyMatch(waiting -> waiting.due() <= clock.now())
                        || group.reached().stream().anyMatch(reached -> reached < head));
    }

    /// All of an organization that can be read, as they are at the moment.
    Map<String, GroupDocument> all(UUID organization) {
        Map<String, GroupDocument> groups = new TreeMap<>();
        KeyValue bucket = stores.groups(organization);
        for (String name : names(organization)) {
            KeyValueEntry entry = link.call(() -> bucket.get(NatsNames.group(name)));
            if (entry != null) {
                readable(organization, name, entry.getValue()).ifPresent(document -> groups.put(name, document));
            }
        }
        return groups;
    }

    List<String> names(UUID organization) {
        KeyValue bucket = stores.groups(organization);
        return link.call(() -> bucket.keys(NatsNames.group(">"))).stream()
                .map(NatsNames::groupOf)
                .sorted()
                .toList();
    }

    private Optional<GroupDocument> readable(UUID organization, String group, byte[] bytes) {
        try {
            return Optional.of(GroupDocument.of(bytes));
        } catch (RuntimeException e) {
            if (broken.add(organization + group)) {
                LOG.atWarn()
                        .addKeyValue("organization", organization)
                        .addKeyValue("group", group)
                        .log("what is stored of the group cannot be read, it is left out: {}", e.toString());
            }
            return Optional.empty();
        }
    }
}

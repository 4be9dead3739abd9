package dev.mainstay.message.nats;

import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.message.Batch;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageLists;
import dev.mainstay.message.MessageTransport;
import dev.mainstay.message.Outgoing;
import dev.mainstay.message.Settlement;
import dev.mainstay.message.Start;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// Messages in NATS JetStream: a log an organization, leases by its clock. As durable as its file
/// storage and the number of replicas make it. Thread-safe.
public final class NatsTransport implements MessageTransport {
    private final NatsLink link;
    private final NatsLog log;
    private final NatsGroups groups;
    private final NatsLists lists;
    private final NatsSession session;
    private final NatsArrivals arrivals;
    private final NatsDuty duty;

    private NatsTransport(NatsLink link, int replicas, Duration retention) {
        this.link = link;
        NatsStores stores = new NatsStores(link, replicas);
        stores.requireNodes();
        NatsClock clock = new NatsClock(MonotonicClock.system());
        NatsFrames frames = new NatsFrames(link, stores);
        this.log = new NatsLog(stores, frames, clock);
        this.groups = new NatsGroups(link, stores, log, clock);
        this.lists = new NatsLists(log, groups, clock);
        this.arrivals = new NatsArrivals(link);
        this.session = new NatsSession(link, stores, clock);
        this.duty = new NatsDuty(link, stores, log, frames, groups, session, clock, arrivals, retention);
    }

    /// Connects to `nats://[user:password@|token@]host[:4222][,nats://…][?replicas=3]`, or `tls://…`.
    ///
    /// @param retention messages older than this are forgotten, but not those that a group has taken and not ended
    /// @throws MainstayException when the URL is none, or the server refuses, is away or unsuitable
    public static NatsTransport open(String url, Duration retention) {
        NatsAddress address = NatsAddress.of(url);
        NatsLink link = NatsLink.to(address.servers(), address.first());
        try {
            NatsServer.requireSuitable(link);
            return new NatsTransport(link, address.replicas(), retention);
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
    }

    static String tryOut(String url) {
        NatsAddress address = NatsAddress.of(url);
        try (NatsLink link = NatsLink.to(address.servers(), address.first())) {
            NatsServer.requireSuitable(link);
            return link.address() + " answers";
        }
    }

    @Override
    public void joined(UUID newSession) {
        session.join(newSession);
    }

    @Override
    public void fenced() {
        session.leave();
    }

    @Override
    public List<Long> append(UUID organization, List<Outgoing> messages) {
        List<Long> positions = log.append(organization, messages);
        tell(organization, messages);
        return positions;
    }

    private void tell(UUID organization, List<Outgoing> messages) {
        arrivals.tell(organization, messages.stream().map(Outgoing::channel).collect(Collectors.toSet()));
    }

    @Override
    public void append(Connection connection, UUID organization, Outgoing message) {
        throw new UnsupportedOperationException("NATS is not the database: the outbox carries it over");
    }

    @Override
    public void appendOnce(UUID organization, List<Outgoing> messages) {
        List<Outgoing> fresh = messages.stream()
                .filter(message -> log.appendOnce(organization, message))
                .toList();
        if (!fresh.isEmpty()) {
            tell(organization, fresh);
        }
    }

    @Override
    public List<Message> read(UUID organization, Interest interest, long after, int limit) {
        return log.read(organization, interest, after, limit);
    }

    @Override
    public long position(UUID organization, Start start) {
        return switch (start) {
            case Start.Newest newest -> log.head(organization);
            case Start.After after -> after.position();
            case Start.Since since -> NatsFrame.end(log.since(organization, since.moment()) - 1);
        };
    }

    @Override
    public void declare(UUID organization, ConsumerGroup group) {
        groups.declare(organization, group, position(organization, group.start()));
    }

    @Override
    public Optional<ConsumerGroup> group(UUID organization, String name) {
        return groups.find(organization, name);
    }

    @Override
    public boolean remove(UUID organization, String group) {
        return groups.remove(organization, group);
    }

    @Override
    public Batch held(UUID organization, String group, UUID token) {
        return groups.held(organization, group, token);
    }

    @Override
    public void seek(UUID organization, String group, long position) {
        groups.seek(organization, group, position);
    }

    @Override
    public Batch claim(UUID organization, String group, UUID consumer, int most) {
        UUID mine = session.current();
        return mine == null || most < 1 ? Batch.NOTHING : groups.claim(organization, group, mine, consumer, most);
    }

    @Override
    public Set<UUID> settle(UUID organization, ConsumerGroup group, List<Settlement> settlements) {
        return groups.settle(organization, group.name(), settlements);
    }

    @Override
    public Set<UUID> renew(UUID organization, ConsumerGroup group, Collection<UUID> tokens) {
        return groups.renew(organization, group.name(), tokens);
    }

    @Override
    public Set<String> ready(UUID organization, Collection<String> names) {
        return groups.ready(organization, names);
    }

    @Override
    public void rescue() {
        duty.round();
    }

    @Override
    public Runnable onArrival(UUID organization, Set<String> channels, Runnable look) {
        return arrivals.on(organization, channels, look);
    }

    @Override
    public MessageLists lists() {
        return lists;
    }

    @Override
    public Optional<String> problem() {
        try {
            link.call(() -> link.management().getAccountStatistics());
            return Optional.empty();
        } catch (MainstayException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public List<DeadLetter> deadLetters(UUID organization, Optional<String> group, int limit) {
        return groups.letters().list(organization, group, limit);
    }

    @Override
    public boolean redrive(UUID organization, String group, long position) {
        return groups.redrive(organization, group, position);
    }

    @Override
    public boolean discard(UUID organization, String group, long position) {
        return groups.letters().discard(organization, group, position);
    }

    @Override
    public void close() {
        session.close();
        link.close();
    }
}

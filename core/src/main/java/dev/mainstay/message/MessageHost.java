package dev.mainstay.message;

import dev.mainstay.Resident;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import dev.mainstay.telemetry.Telemetry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All of one node's messaging: publishes in groups, runs its consumers and subscribers, looks once a second for
/// what no hint told of. Thread-safe.
public final class MessageHost implements Resident {
    private static final Duration POLL = Duration.ofSeconds(1);

    private final MessageTransport transport;
    private final @Nullable Outbox outbox;
    private final Deadlines deadlines;
    private final InstantSource clock;
    private final Publisher publisher;
    private final List<Consumer> consumers = new CopyOnWriteArrayList<>();
    private final Map<UUID, Tail> tails = new ConcurrentHashMap<>();
    private final Map<UUID, Requests> requests = new ConcurrentHashMap<>();
    private final MessageTally tally = new MessageTally();
    private final RecentEnds recentEnds = new RecentEnds();
    private final Loop poll;
    private volatile @Nullable Telemetry telemetry;
    private final Collecting collecting;

    /// @param clock the database's time, for identifiers
    public MessageHost(MessageTransport transport, TimerWheel wheel, MonotonicClock monotonic, InstantSource clock) {
        this(transport, null, wheel, monotonic, clock);
    }

    private MessageHost(
            MessageTransport transport,
            @Nullable Outbox outbox,
            TimerWheel wheel,
            MonotonicClock monotonic,
            InstantSource clock) {
        this.transport = transport;
        this.outbox = outbox;
        this.deadlines = new Deadlines(wheel, monotonic);
        this.clock = clock;
        this.publisher = new Publisher(transport);
        this.collecting = new Collecting(this::collect);
        this.poll = Loop.start("messages-poll", POLL, this::look);
    }

    /// With messages elsewhere than in the database, which still takes those published in its transactions.
    public static MessageHost elsewhere(
            MessageTransport transport,
            Database database,
            TimerWheel wheel,
            MonotonicClock monotonic,
            InstantSource clock) {
        return new MessageHost(transport, new Outbox(database, transport), wheel, monotonic, clock);
    }

    /// The bus of one organization on this node.
    public MessageBus bus(UUID organization) {
        return new MessageBus(this, organization, null);
    }

    /// Tells from now on how messages ended, about once a second.
    public void reportTo(Telemetry newTelemetry) {
        telemetry = newTelemetry;
    }

    private void look() {
        Telemetry told = telemetry;
        if (told != null) {
            tally.tell(told, clock.instant());
        }
        tails.values().forEach(Tail::look);
        Map<UUID, List<Consumer>> byOrganization =
                consumers.stream().collect(Collectors.groupingBy(Consumer::organization));
        byOrganization.forEach((organization, theirs) -> {
            Set<String> ready = transport.ready(
                    organization, theirs.stream().map(Consumer::group).collect(Collectors.toSet()));
            theirs.stream().filter(each -> ready.contains(each.group())).forEach(Consumer::wake);
        });
    }

    /// What one node does for all, again and again: frees what the dead held, and makes visible what was published
    /// in transactions of others.
    public void round() {
        collect();
        transport.rescue();
    }

    private void collect() {
        if (outbox == null) {
            transport.collect();
        } else {
            outbox.forward();
        }
    }

    /// SQL that tells whether a round has anything to do; null for a round every time.
    public @Nullable String due() {
        return transport.due();
    }

    @Override
    public void joined(UUID session) {
        transport.joined(session);
        consumers.forEach(Consumer::wake);
    }

    @Override
    public void fenced() {
        transport.fenced();
        consumers.forEach(Consumer::fenced);
    }

    /// Lets the handlers under way end and gives the rest back. The bus still publishes until [#close].
    @Override
    public void stop(Duration bound) {
        consumers.forEach(consumer -> consumer.close(bound));
    }

    /// Stores what was taken to be published, then stops.
    public void close() {
        poll.close();
        collecting.close();
        publisher.close();
        transport.close();
    }

    MessageTransport transport() {
        return transport;
    }

    InstantSource clock() {
        return clock;
    }

    OutsideConsumers outside(UUID organization) {
        return new OutsideConsumers(transport, organization, recentEnds, tally);
    }

    CompletableFuture<List<Long>> publish(UUID organization, List<Outgoing> messages) {
        return publisher.publish(organization, messages);
    }

    void publish(Connection connection, UUID organization, Outgoing message) throws SQLException {
        if (outbox == null) {
            transport.append(connection, organization, message);
        } else {
            outbox.submit(connection, organization, message);
        }
        collecting.expect();
    }

    Subscription consume(UUID organization, ConsumerGroup group, int concurrency, MessageHandler handler) {
        Consumer consumer =
                new Consumer(transport, organization, group, concurrency, handler, deadlines, tally, consumers::remove);
        consumers.add(consumer);
        consumer.wake();
        return consumer;
    }

    Subscription subscribe(UUID organization, Interest interest, Start start, MessageHandler handler) {
        Tail tail = tails.computeIfAbsent(organization, any -> new Tail(transport, organization));
        return new LiveSubscription(
                transport, organization, interest, transport.position(organization, start), handler, tail, deadlines);
    }

    Requests requests(UUID organization) {
        return requests.computeIfAbsent(organization, any -> {
            Requests fresh = new Requests();
            subscribe(organization, fresh.replies(), Start.NEWEST, fresh::answered);
            return fresh;
        });
    }
}

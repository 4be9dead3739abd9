package dev.mainstay.message;

import com.github.f4b6a3.uuid.UuidCreator;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Messages of one organization: to an agent, on a channel, to all agents.
///
/// ```java
/// bus.publish(NewMessage.to("orders", order).key("eu.created"));
/// bus.consume(ConsumerGroup.of("billing", Interest.in("orders").matching("eu.#")), message -> bill(message));
/// ```
///
/// Stored when `publish` returns, then delivered at least once to every consumer group that wants it. Within a
/// group and a priority the messages of one sender are handled in the order of their publishing, one at a time; a
/// more urgent one overtakes those that are not in hand yet; between senders there is no order. Thread-safe.
public final class MessageBus {
    private static final int CONCURRENCY = 16;

    private final MessageHost host;
    private final UUID organization;
    private final @Nullable String sender;

    MessageBus(MessageHost host, UUID organization, @Nullable String sender) {
        this.host = host;
        this.organization = organization;
        this.sender = sender;
    }

    public UUID organization() {
        return organization;
    }

    /// The same bus, where messages that name no sender are from this one.
    public MessageBus as(String newSender) {
        return new MessageBus(host, organization, newSender);
    }

    /// Durable when it returns.
    public Published publish(NewMessage message) {
        return join(publishAsync(message));
    }

    /// Completes once the message is durable, on a thread that must not be kept. Calls of one thread
    /// keep their order.
    public CompletableFuture<Published> publishAsync(NewMessage message) {
        Outgoing outgoing = outgoing(message);
        return host.publish(organization, List.of(outgoing))
                .thenApply(positions -> new Published(outgoing.id(), positions.getFirst()));
    }

    /// All or none, in this order.
    public List<Published> publishAll(List<NewMessage> messages) {
        if (messages.isEmpty()) {
            return List.of();
        }
        List<Outgoing> outgoing = messages.stream().map(this::outgoing).toList();
        List<Long> positions = join(host.publish(organization, outgoing));
        return IntStream.range(0, outgoing.size())
                .mapToObj(i -> new Published(outgoing.get(i).id(), positions.get(i)))
                .toList();
    }

    /// In the caller's transaction, on a connection to Mainstay's database: rolled back, it never was. It takes its
    /// place in the log within moments of the commit.
    ///
    /// @return the message's identifier
    public UUID publish(Connection connection, NewMessage message) throws SQLException {
        Outgoing outgoing = outgoing(message);
        host.publish(connection, organization, outgoing);
        return outgoing.id();
    }

    private Outgoing outgoing(NewMessage message) {
        return message.outgoing(UuidCreator.getTimeOrderedEpoch(host.clock().instant()), sender);
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /// Publishes and waits for the first answer to it ([NewMessage#replyTo]).
    ///
    /// @throws dev.mainstay.MainstayException REPLY_TIMEOUT when nobody answered in time
    public Message request(NewMessage message, Duration patience) {
        return host.requests(organization).ask(this, message, patience);
    }

    /// Sees every message it is interested in from now on, until it is closed; nothing is kept for it afterwards.
    public Subscription subscribe(Interest interest, MessageHandler handler) {
        return subscribe(interest, Start.NEWEST, handler);
    }

    /// The same from another place in the log on.
    public Subscription subscribe(Interest interest, Start start, MessageHandler handler) {
        return host.subscribe(organization, interest, start, handler);
    }

    /// Joins a group, creating it when it is new, with up to 16 handlers at a time.
    public Subscription consume(ConsumerGroup group, MessageHandler handler) {
        return consume(group, CONCURRENCY, handler);
    }

    /// The same with another number of handlers at a time.
    public Subscription consume(ConsumerGroup group, int concurrency, MessageHandler handler) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1, was " + concurrency);
        }
        return host.consume(organization, group, concurrency, handler);
    }

    /// Creates a group, or changes what it wants, without joining it: what is published from now on waits for it, as
    /// long as messages are kept.
    public void declare(ConsumerGroup group) {
        host.transport().declare(organization, group);
    }

    /// For consumers that are not on a node.
    public OutsideConsumers outside() {
        return host.outside(organization);
    }

    /// Lets a group read again from a place in the log, or skip to it. What lies behind that place is
    /// read anew, also what is in hand or waits; what was read before it and is not handled yet stays
    /// to be.
    ///
    /// @throws dev.mainstay.MainstayException GROUP_UNKNOWN when there is none of that name
    public void seek(String group, Start start) {
        host.transport()
                .seek(
                        organization,
                        outside().known(group).name(),
                        host.transport().position(organization, start));
    }

    /// Reads the log itself: messages behind a position, in order.
    public List<Message> read(Interest interest, long after, int limit) {
        return host.transport().read(organization, interest, after, limit);
    }

    /// Looks through the log, the newest first.
    public MessagePage search(MessageSearch search) {
        return lists().search(organization, search);
    }

    private MessageLists lists() {
        return host.transport().lists();
    }

    /// The message at a position, if it is still there.
    public Optional<Message> find(long position) {
        return lists().find(organization, position);
    }

    /// Channels that have messages, by name, behind `after`.
    public List<ChannelView> channels(String after, int limit) {
        return lists().channels(organization, after, limit);
    }

    /// How the groups stand, by name, behind `after`.
    public List<GroupView> groups(String after, int limit) {
        return lists().groups(organization, after, limit);
    }

    /// How one group stands.
    public Optional<GroupView> group(String name) {
        return lists().group(organization, name);
    }

    /// What groups gave up, by position, the newest first, behind `after`.
    public List<DeadLetter> deadLetters(Optional<String> group, Optional<DeadLetter.Place> after, int limit) {
        return lists().deadLetters(organization, group, after, limit);
    }

    /// Why messages cannot be reached at the moment, if they lie elsewhere than in the database and cannot.
    public Optional<String> problem() {
        return host.transport().problem();
    }

    /// What groups gave up, newest first.
    public List<DeadLetter> deadLetters(Optional<String> group, int limit) {
        return host.transport().deadLetters(organization, group, limit);
    }

    /// Hands a dead letter to its group again; false when it is none.
    public boolean redrive(String group, long position) {
        return host.transport().redrive(organization, group, position);
    }

    /// Forgets a dead letter; false when it is none.
    public boolean discard(String group, long position) {
        return host.transport().discard(organization, group, position);
    }
}

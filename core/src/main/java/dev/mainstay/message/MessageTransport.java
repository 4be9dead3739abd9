package dev.mainstay.message;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What keeps messages and knows how far each group is; everything else (batching, handlers, order within a
/// process, requests, ephemeral subscribers) is [MessageBus] above it. Every method may be called by many threads
/// at once and throws when the store is away; the caller tries again.
///
/// What a transport must hold, whatever it is made of, is said by the tests of `MessageBusConformance`.
public interface MessageTransport extends AutoCloseable {
    /// This node lives by a session from now on, which others can see end.
    default void joined(UUID session) {}

    /// The session cannot be proven any more: nothing may be taken in hand.
    default void fenced() {}

    /// Stores messages in this order, all or none; durable and visible to every reader when it returns. Their
    /// positions are higher than any given before in the organization.
    List<Long> append(UUID organization, List<Outgoing> messages);

    /// Stores a message in the caller's transaction: rolled back, it never was.
    ///
    /// @throws UnsupportedOperationException when this transport is not the caller's database
    void append(Connection connection, UUID organization, Outgoing message) throws SQLException;

    /// Stores messages of which some may have been stored before, within the last hour: those are left out. How a
    /// transport elsewhere takes what was published in transactions of the database.
    default void appendOnce(UUID organization, List<Outgoing> messages) {
        throw new UnsupportedOperationException("only a transport elsewhere takes messages once");
    }

    /// Makes visible what was appended in transactions that have committed since; called again and again by one
    /// node, and for a moment after each such append.
    default void collect() {}

    /// The first `limit` messages behind a position that are wanted and have not expired, in order. A reader that
    /// goes on behind the last one never misses any.
    List<Message> read(UUID organization, Interest interest, long after, int limit);

    /// Behind which position a reader begins.
    long position(UUID organization, Start start);

    /// Creates the group, or changes what it wants; where it stands in the log stays.
    void declare(UUID organization, ConsumerGroup group);

    /// What a group was last declared to want; where it begins is not kept.
    Optional<ConsumerGroup> group(UUID organization, String name);

    /// Forgets a group: where it stands, what it has in hand, what waits and its dead letters. False when there is
    /// none of that name.
    boolean remove(UUID organization, String group);

    /// What is in hand under a lease of a group; empty when it was settled, or the lease was lost.
    Batch held(UUID organization, String group, UUID token);

    /// Sets the group behind another position, to read again or to skip. What is in hand or waits is not touched.
    void seek(UUID organization, String group, long position);

    /// Puts up to `most` messages of the group in a consumer's hand, under one lease: the most urgent first. The
    /// messages of one sender come in order, are never in the hands of two consumers, and wait behind an earlier
    /// one that waits to be tried again. Empty when there is nothing.
    Batch claim(UUID organization, String group, UUID consumer, int most);

    /// Says how messages in hand ended, in one step, and renews the leases of the rest. Returns the leases that had
    /// been lost before: of their messages nothing was changed.
    Set<UUID> settle(UUID organization, ConsumerGroup group, List<Settlement> settlements);

    /// Lets leases begin anew; returns those that were lost.
    Set<UUID> renew(UUID organization, ConsumerGroup group, Collection<UUID> tokens);

    /// Of these groups the ones that may have something to hand out.
    Set<String> ready(UUID organization, Collection<String> groups);

    /// Frees what consumers held that are gone; called again and again by one node.
    default void rescue() {}

    /// SQL that tells, in Mainstay's own database, whether [#collect] or [#rescue] has anything to do; null to call
    /// them every second.
    default @Nullable String due() {
        return null;
    }

    /// Runs `look` soon after something arrived on one of the channels (none for all), on whatever node; only a
    /// hint. It must be quick. Close what is returned to stop it.
    Runnable onArrival(UUID organization, Set<String> channels, Runnable look);

    /// What lists and screens show.
    MessageLists lists();

    /// Why it cannot be reached at the moment, if it cannot; empty where the database's own check says it.
    default Optional<String> problem() {
        return Optional.empty();
    }

    /// What groups gave up, newest first; of one group, or of all.
    List<DeadLetter> deadLetters(UUID organization, Optional<String> group, int limit);

    /// Hands a dead letter to its group again; false when it is none.
    boolean redrive(UUID organization, String group, long position);

    /// Forgets a dead letter; false when it is none.
    boolean discard(UUID organization, String group, long position);

    @Override
    void close();
}

package dev.mainstay.message;

import dev.mainstay.task.RetryPolicy;
import java.time.Duration;

/// A durable subscriber by name: each message it is interested in goes to one of its consumers, on whatever node,
/// and stays its own until one has handled it or it is a dead letter.
///
/// Immutable and thread-safe.
///
/// @param start where a new group begins; one that is there goes on where it was
/// @param retry how often and how patiently a message is tried whose handler throws
/// @param ackWithin how long a handler may take; then it is interrupted and has failed
/// @param ordered whether the messages of one sender are handled one after the other, in their order
public record ConsumerGroup(
        String name, Interest interest, Start start, RetryPolicy retry, Duration ackWithin, boolean ordered) {
    public ConsumerGroup {
        Channels.requireAny(name);
        if (interest.isInAllChannels()) {
            throw new IllegalArgumentException("group " + name + " must name the channels it reads");
        }
        if (ackWithin.toMillis() < 100 || ackWithin.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("ackWithin must be from 100 ms to 1 hour, was " + ackWithin);
        }
    }

    /// A group that begins with the next message, tries five times, 1 s, 2 s, 4 s, 8 s apart, gives a handler 30 s,
    /// and keeps the order of each sender.
    public static ConsumerGroup of(String name, Interest interest) {
        return new ConsumerGroup(
                name, interest, Start.NEWEST, RetryPolicy.DEFAULT.withAttempts(5), Duration.ofSeconds(30), true);
    }

    /// What is sent to an agent and to all agents, kept for it from the first message on.
    public static ConsumerGroup inboxOf(String agent) {
        return of(Channels.ofAgent(agent), Interest.inboxOf(agent)).from(Start.OLDEST);
    }

    public ConsumerGroup from(Start newStart) {
        return new ConsumerGroup(name, interest, newStart, retry, ackWithin, ordered);
    }

    public ConsumerGroup retry(RetryPolicy newRetry) {
        return new ConsumerGroup(name, interest, start, newRetry, ackWithin, ordered);
    }

    public ConsumerGroup ackWithin(Duration longest) {
        return new ConsumerGroup(name, interest, start, retry, longest, ordered);
    }

    /// Messages of one sender may be handled at the same time, and overtake each other.
    public ConsumerGroup unordered() {
        return new ConsumerGroup(name, interest, start, retry, ackWithin, false);
    }
}

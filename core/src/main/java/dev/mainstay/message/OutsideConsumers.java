package dev.mainstay.message;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.message.RecentEnds.Delivered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Consumers in any language, which take messages of a group in hand and say by calls how they ended, under the same
/// leases, retries and dead letters as handlers on a node. Whoever does not settle in time loses them to others; a call
/// with a lost lease changes nothing. Thread-safe.
public final class OutsideConsumers {
    /// At most so many are handed out at once.
    public static final int MOST = 100;
    /// For at most so long a claim waits for messages.
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final MessageTransport transport;
    private final UUID organization;
    private final RecentEnds recent;
    private final MessageTally tally;
    private final RandomGenerator random = RandomGenerator.getDefault();

    OutsideConsumers(MessageTransport transport, UUID organization, RecentEnds recent, MessageTally tally) {
        this.transport = transport;
        this.organization = organization;
        this.recent = recent;
        this.tally = tally;
    }

    /// What a group was declared to want.
    public Optional<ConsumerGroup> group(String name) {
        return transport.group(organization, name);
    }

    /// The same; GROUP_UNKNOWN when there is none of that name.
    ConsumerGroup known(String name) {
        return group(name)
                .orElseThrow(() ->
                        new MainstayException(ErrorCode.GROUP_UNKNOWN, "there is no consumer group \"" + name + "\""));
    }

    /// Forgets a group and all it still had to do; false when there is none of that name.
    public boolean remove(String group) {
        return transport.remove(organization, group);
    }

    /// Up to `most` messages under one lease, which ends after the group's `ackWithin`; waits when there are none.
    /// The messages of one sender are in one hand at a time.
    ///
    /// @param isThere asked while it waits: nothing is taken for who has gone
    public Batch claim(String group, int most, Duration patience, BooleanSupplier isThere) throws InterruptedException {
        ConsumerGroup known = known(group);
        Semaphore bell = new Semaphore(0);
        MonotonicClock clock = MonotonicClock.system();
        long giveUp = clock.nanos() + patience.toNanos();
        Runnable silence = transport.onArrival(organization, known.interest().channels(), bell::release);
        try {
            Batch batch = take(group, most);
            for (long left = patience.toNanos();
                    batch.isEmpty() && left > 0 && isThere.getAsBoolean();
                    left = giveUp - clock.nanos()) {
                bell.tryAcquire(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS);
                bell.drainPermits();
                batch = isThere.getAsBoolean() ? take(group, most) : Batch.NOTHING;
            }
            return batch;
        } finally {
            silence.run();
        }
    }

    /// The same without waiting. Each hand is a consumer of its own, so that no two have messages of one sender.
    public Batch take(String group, int most) {
        return transport.claim(organization, group, UUID.randomUUID(), most);
    }

    /// Lets a lease begin anew.
    ///
    /// @throws MainstayException LEASE_LOST when it has ended
    public void renew(String group, UUID token) {
        if (!transport.renew(organization, known(group), Set.of(token)).isEmpty()) {
            throw lost(group, token);
        }
    }

    /// These are handled. Repeated, it says the same and changes nothing.
    ///
    /// @throws MainstayException LEASE_LOST when one of them is not in hand under this lease; none is acked then
    public void ack(String group, UUID token, Collection<Long> positions) {
        Map<Long, Message> held = held(group, token);
        List<Settlement> settlements = new ArrayList<>();
        for (Long position : positions) {
            Message message = held.get(position);
            if (message != null) {
                settlements.add(Settlement.acked(token, message));
            } else if (!OutsideEnd.ACKED.equals(ended(group, token, position))) {
                throw lost(group, token);
            }
        }
        settle(group, token, settlements);
        settlements.forEach(
                each -> recent.remember(delivered(group, token, each.message().position()), OutsideEnd.ACKED));
    }

    /// What is in hand and was not begun goes to others, as if it had not been handed out.
    public void release(String group, UUID token) {
        settle(
                group,
                token,
                held(group, token).values().stream()
                        .map(message -> Settlement.returned(token, message))
                        .toList());
    }

    /// Handling failed: it is tried again after a wait, or is a dead letter when it was the last attempt or no other
    /// is wanted. Repeated, it says the same and changes nothing.
    ///
    /// @param after how long to wait instead of what the group waits
    /// @throws MainstayException LEASE_LOST when it is not in hand under this lease
    public OutsideEnd fail(
            String group, UUID token, long position, String error, boolean isRetryable, @Nullable Duration after) {
        ConsumerGroup known = known(group);
        Map<Long, Message> held = held(group, token);
        Message message = held.get(position);
        if (message == null) {
            OutsideEnd before = ended(group, token, position);
            if (before == null || before.equals(OutsideEnd.ACKED)) {
                throw lost(group, token);
            }
            return before;
        }
        int failures = message.attempt();
        if (!isRetryable || !known.retry().allowsAnother(failures)) {
            return end(group, List.of(Settlement.dead(token, message, error)), OutsideEnd.DEAD);
        }
        Duration again =
                Objects.requireNonNullElseGet(after, () -> known.retry().after(failures, random));
        List<Settlement> settlements = new ArrayList<>(List.of(Settlement.retry(token, message, again, error)));
        held.values().stream()
                .filter(other -> known.ordered() && isBehind(message, other))
                .forEach(other -> settlements.add(Settlement.returned(token, other)));
        List<Long> givenBack = settlements.stream()
                .skip(1)
                .map(each -> each.message().position())
                .toList();
        return end(group, settlements, new OutsideEnd(Settlement.Outcome.RETRY, again, givenBack));
    }

    private static boolean isBehind(Message first, Message other) {
        return first.sender() != null && first.sender().equals(other.sender()) && other.position() > first.position();
    }

    private OutsideEnd end(String group, List<Settlement> settlements, OutsideEnd end) {
        Settlement first = settlements.getFirst();
        settle(group, first.token(), settlements);
        recent.remember(delivered(group, first.token(), first.message().position()), end);
        return end;
    }

    private void settle(String group, UUID token, List<Settlement> settlements) {
        if (settlements.isEmpty()) {
            return;
        }
        if (!transport.settle(organization, known(group), settlements).isEmpty()) {
            throw lost(group, token);
        }
        tally.settled(organization, group, settlements);
    }

    private Map<Long, Message> held(String group, UUID token) {
        Map<Long, Message> held = new LinkedHashMap<>();
        transport.held(organization, group, token).messages().forEach(each -> held.put(each.position(), each));
        return held;
    }

    private @Nullable OutsideEnd ended(String group, UUID token, long position) {
        return recent.of(delivered(group, token, position)).orElse(null);
    }

    private Delivered delivered(String group, UUID token, long position) {
        return new Delivered(organization, group, token, position);
    }

    private static MainstayException lost(String group, UUID token) {
        return new MainstayException(
                ErrorCode.LEASE_LOST,
                "lease " + token + " of group \"" + group
                        + "\" no longer holds this message: it was settled, or not in time and goes to others; nothing was"
                        + " changed");
    }
}

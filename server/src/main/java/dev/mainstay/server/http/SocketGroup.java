package dev.mainstay.server.http;

import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.message.Batch;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.Message;
import dev.mainstay.message.OutsideConsumers;
import dev.mainstay.message.OutsideEnd;
import dev.mainstay.server.stream.MessageView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A consumer of a group at the other end of a socket: never more in hand than its credit, and what it does not settle
/// in time is lost to others and said to be. Thread-safe.
final class SocketGroup implements SocketSubscription {
    private static final Logger LOG = LoggerFactory.getLogger(SocketGroup.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final OutsideConsumers consumers;
    private final ConsumerGroup group;
    private final SocketLine line;
    private final String id;
    private final MonotonicClock clock = MonotonicClock.system();
    private final Semaphore bell = new Semaphore(0);
    // All under the lock of this.
    private final Map<Long, Held> inHand = new HashMap<>();
    private int most;
    private boolean closed;

    /// @param until when its lease is over at the latest, by the monotonic clock
    private record Held(UUID token, long until) {}

    SocketGroup(OutsideConsumers consumers, ConsumerGroup group, SocketLine line, String id, int credit) {
        this.consumers = consumers;
        this.group = group;
        this.line = line;
        this.id = id;
        this.most = credit;
    }

    SocketGroup start() {
        Threads.startVirtual("socket-group " + group.name(), this::deliver);
        return this;
    }

    private void deliver() {
        try {
            while (isOpen()) {
                sayLost();
                int room = awaitRoom();
                Batch batch = room > 0 ? claim(room) : Batch.NOTHING;
                batch.messages().forEach(message -> push(batch.token(), message));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private Batch claim(int room) throws InterruptedException {
        try {
            Batch batch = consumers.claim(group.name(), Math.min(room, OutsideConsumers.MOST), LOOK, this::isOpen);
            if (!take(batch)) {
                consumers.release(group.name(), batch.token());
                return Batch.NOTHING;
            }
            return batch;
        } catch (MainstayException e) {
            LOG.atWarn().addKeyValue("group", group.name()).log("claiming failed, trying again: {}", e.toString());
            Threads.pause(Duration.ofSeconds(1));
            return Batch.NOTHING;
        }
    }

    private synchronized boolean take(Batch batch) {
        batch.messages().forEach(message -> inHand.put(message.position(), held(batch.token())));
        return !closed || batch.isEmpty();
    }

    private Held held(UUID token) {
        return new Held(token, clock.nanos() + group.ackWithin().toNanos());
    }

    private void push(UUID token, Message message) {
        line.say(
                "message",
                id,
                Map.of(
                        "message", MessageView.of(message),
                        "leaseToken", token,
                        "attempt", message.attempt(),
                        "ackWithin", group.ackWithin().toString()));
    }

    private int awaitRoom() throws InterruptedException {
        if (room() <= 0) {
            bell.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            bell.drainPermits();
        }
        return room();
    }

    private synchronized int room() {
        return closed ? 0 : most - inHand.size();
    }

    private void sayLost() {
        List<Long> lost = new ArrayList<>();
        synchronized (this) {
            long now = clock.nanos();
            inHand.forEach((position, held) -> {
                if (held.until() - now < 0) {
                    lost.add(position);
                }
            });
            lost.forEach(inHand::remove);
        }
        if (!lost.isEmpty()) {
            line.say("lost", id, Map.of("positions", lost));
        }
    }

    private synchronized boolean isOpen() {
        return !closed && line.isOpen();
    }

    @Override
    public void ack(long position) {
        UUID token = token(position);
        consumers.ack(group.name(), token, List.of(position));
        line.say("acked", id, Map.of("position", position));
        settled(token, List.of(position));
    }

    void fail(long position, String error, boolean isRetryable, @Nullable Duration after) {
        UUID token = token(position);
        OutsideEnd end = consumers.fail(group.name(), token, position, error, isRetryable, after);
        List<Long> ended = new ArrayList<>(end.givenBack());
        ended.add(position);
        MessageGroupRoutes.Failed failed = MessageGroupRoutes.Failed.of(end);
        Map<String, @Nullable Object> rest = new HashMap<>();
        rest.put("position", position);
        rest.put("outcome", failed.outcome());
        rest.put("again", failed.again());
        rest.put("givenBack", failed.givenBack());
        line.say("failed", id, rest);
        settled(token, ended);
    }

    private synchronized UUID token(long position) {
        return Optional.ofNullable(inHand.get(position))
                .map(Held::token)
                .orElseThrow(() -> Refusal.conflict(
                        "LEASE_LOST", "message " + position + " is not in hand of this subscription (any more)"));
    }

    /// These are out of hand, and the lease of the rest under the same token began anew. Comes after the answer was
    /// said, since the next message may follow at once.
    private synchronized void settled(UUID token, List<Long> positions) {
        positions.forEach(inHand::remove);
        inHand.replaceAll((position, held) -> held.token().equals(token) ? held(token) : held);
        bell.release();
    }

    @Override
    public synchronized void credit(int newMost) {
        most = newMost;
        bell.release();
    }

    @Override
    public void close() {
        List<UUID> tokens;
        synchronized (this) {
            closed = true;
            tokens = List.copyOf(
                    new HashSet<>(inHand.values().stream().map(Held::token).toList()));
            inHand.clear();
            bell.release();
        }
        tokens.forEach(this::release);
    }

    private void release(UUID token) {
        try {
            consumers.release(group.name(), token);
        } catch (MainstayException e) {
            LOG.atDebug().log("not given back, so it comes after its lease: {}", e.toString());
        }
    }
}

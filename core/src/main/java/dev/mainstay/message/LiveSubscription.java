package dev.mainstay.message;

import dev.mainstay.concurrent.Mailbox;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An ephemeral subscriber: sees every message it wants, in order, one at a time, while it lives. One that falls
/// behind the end of the log reads by itself until it has caught up, so a slow one delays no other and loses
/// nothing. Thread-safe.
final class LiveSubscription implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSubscription.class);
    private static final int MOST_WAITING = 5_000;
    private static final int PAGE = 500;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final MessageTransport transport;
    private final UUID organization;
    private final Interest interest;
    private final MessageHandler handler;
    private final Tail tail;
    private final Deadlines deadlines;
    private final Runnable stopListening;
    private final Mailbox mailbox = new Mailbox("messages-subscriber");
    private volatile boolean closed;
    // Both under the lock of this.
    private final Deque<Message> waiting = new ArrayDeque<>();
    private boolean isBehind = true;
    private long position;

    LiveSubscription(
            MessageTransport transport,
            UUID organization,
            Interest interest,
            long position,
            MessageHandler handler,
            Tail tail,
            Deadlines deadlines) {
        this.transport = transport;
        this.organization = organization;
        this.interest = interest;
        this.position = position;
        this.handler = handler;
        this.tail = tail;
        this.deadlines = deadlines;
        this.stopListening = transport.onArrival(organization, interest.channels(), tail::look);
        mailbox.post(this::catchUp);
    }

    Interest interest() {
        return interest;
    }

    synchronized long position() {
        return position;
    }

    /// Takes what is wanted of a page of the log; false when this one is closed or has fallen behind, and reads by
    /// itself from then on.
    synchronized boolean offer(List<Message> page) {
        if (closed) {
            return false;
        }
        for (Message message : page) {
            if (message.position() > position && interest.wants(message)) {
                waiting.add(message);
                position = message.position();
            }
        }
        isBehind = waiting.size() > MOST_WAITING;
        if (!waiting.isEmpty()) {
            mailbox.post(this::work);
        }
        return !isBehind;
    }

    private void work() {
        for (Message next = next(); next != null; next = next()) {
            handle(next);
        }
        if (isLagging()) {
            catchUp();
        }
    }

    private synchronized @Nullable Message next() {
        return closed ? null : waiting.poll();
    }

    private synchronized boolean isLagging() {
        return isBehind && !closed;
    }

    private void handle(Message message) {
        try {
            handler.handle(message);
        } catch (Throwable e) {
            LOG.atWarn().addKeyValue("message", message.position()).log("a subscriber failed: {}", e.toString());
        }
    }

    private void catchUp() {
        try {
            List<Message> page;
            long end;
            do {
                end = transport.position(organization, Start.NEWEST);
                page = transport.read(organization, interest, position(), PAGE);
                for (Message message : page) {
                    handle(message);
                    reached(message.position());
                }
            } while (!closed && page.size() == PAGE);
            reached(Math.max(end, position())); // what is not wanted need not be looked at again
            tail.join(this);
        } catch (RuntimeException e) {
            LOG.atWarn().log("reading messages failed, trying again: {}", e.toString());
            catchUpLater();
        }
    }

    private synchronized void reached(long newPosition) {
        position = newPosition;
    }

    void catchUpLater() {
        if (!closed) {
            deadlines.in(PAUSE, () -> mailbox.post(this::catchUp));
        }
    }

    @Override
    public void close(Duration bound) {
        closed = true;
        stopListening.run();
        tail.leave(this);
    }
}

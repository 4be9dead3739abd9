package dev.mainstay.server.http;

import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.Start;
import dev.mainstay.message.Subscription;
import dev.mainstay.server.stream.MessageView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/// Every message a socket is interested in, as long as it has credit: then it reads behind the others
/// and loses nothing. Thread-safe.
final class SocketTail implements SocketSubscription {
    private static final long LOOK_MILLIS = 500;

    private final SocketLine line;
    private final String id;
    private final Subscription subscription;
    // All under the lock of this.
    private final Deque<Long> unacked = new ArrayDeque<>();
    private int most;
    private boolean closed;

    @SuppressWarnings("this-escape") // final, and the handler touches only what is set before it
    SocketTail(MessageBus bus, Interest interest, Start start, SocketLine line, String id, int credit) {
        this.line = line;
        this.id = id;
        this.most = credit;
        this.subscription = bus.subscribe(interest, start, this::push);
    }

    private void push(Message message) throws InterruptedException {
        if (isAllowed(message.position())) {
            line.say("message", id, Map.of("message", MessageView.of(message)));
        }
    }

    private synchronized boolean isAllowed(long position) throws InterruptedException {
        while (unacked.size() >= most && !closed && line.isOpen()) {
            wait(LOOK_MILLIS);
        }
        unacked.add(position);
        return !closed;
    }

    @Override
    public synchronized void ack(long position) {
        unacked.removeIf(pushed -> pushed <= position);
        notifyAll();
    }

    @Override
    public synchronized void credit(int newMost) {
        most = newMost;
        notifyAll();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        subscription.close(Duration.ZERO);
    }
}

package dev.mainstay.server.http;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.server.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way out of one socket: frames in order, one under way at a time, so that a reader who does not read holds up
/// whoever writes to him, and is dropped when it lasts. Thread-safe.
final class SocketLine {
    private static final Logger LOG = LoggerFactory.getLogger(SocketLine.class);
    private static final int MOST_UNSENT = 64;
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Session session;
    private final Duration patience;
    private final BlockingQueue<String> unsent = new ArrayBlockingQueue<>(MOST_UNSENT);
    private volatile boolean closed;

    SocketLine(Session session, Duration patience) {
        this.session = session;
        this.patience = patience;
        Threads.startVirtual("socket-line", this::write);
    }

    /// Waits for room; says nothing any more once it is closed.
    ///
    /// @param id what it is about, as whoever reads named it
    void say(String type, @Nullable String id, Map<String, ?> rest) {
        Map<String, @Nullable Object> frame = new TreeMap<>(rest);
        frame.put("type", type);
        if (id != null) {
            frame.put("id", id);
        }
        String text = new String(Json.bytes(frame), StandardCharsets.UTF_8);
        try {
            boolean isTaken = false;
            while (!isTaken && !closed) {
                isTaken = unsent.offer(text, LOOK.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        try {
            while (!closed) {
                String text = unsent.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (text != null) {
                    send(text);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(String text) throws InterruptedException {
        Callback.Completable sent = new Callback.Completable();
        session.sendText(text, sent);
        try {
            sent.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.atInfo().log("a socket is dropped that did not read for {}", patience);
            close(SocketEnd.TOO_SLOW);
        } catch (ExecutionException e) {
            closed = true; // the other side went away
        }
    }

    boolean isOpen() {
        return !closed;
    }

    /// What was not sent yet is not any more. Who does not take the close frame either is cut off.
    void close(SocketEnd end) {
        if (!closed) {
            closed = true;
            session.close(end.code(), end.reason(), Callback.NOOP);
            Threads.startVirtual("socket-end", () -> {
                Threads.pause(GRACE);
                if (session.isOpen()) {
                    session.disconnect();
                }
            });
        }
    }

    void gone() {
        closed = true;
    }
}

package dev.mainstay.server.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One who follows a fleet. What is given is written by the thread that called [#writeTo]; who falls half a minute
/// behind is let go instead of being kept in memory, and may resume. Thread-safe.
public final class Subscription {
    private static final int MOST_WAITING = 64;
    private static final Duration QUIET = Duration.ofSeconds(15);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = {};

    private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final FleetWatch watch;
    private final String follower;
    /// The thread that is writing at the moment, maybe to a reader that takes nothing.
    private volatile @Nullable Thread writing;
    private volatile boolean ended;

    Subscription(FleetWatch watch, String follower) {
        this.watch = watch;
        this.follower = follower;
    }

    String follower() {
        return follower;
    }

    /// False when this one is too far behind, and over.
    boolean give(byte[] frame) {
        if (!ended && waiting.offer(frame)) {
            return true;
        }
        end();
        return false;
    }

    /// The stream ends: at once, also where its reader takes nothing.
    void end() {
        ended = true;
        waiting.clear();
        waiting.add(END);
        Thread stuck = writing;
        if (stuck != null) {
            stuck.interrupt();
        }
    }

    /// Writes until the stream ends or the reader goes away.
    ///
    /// @param mayRead asked before each write: nothing is told to a reader whose key was revoked meanwhile
    public void writeTo(OutputStream output, BooleanSupplier mayRead) throws IOException, InterruptedException {
        try {
            while (!ended) {
                byte[] frame = waiting.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
                if (frame == END || !mayRead.getAsBoolean()) {
                    return;
                }
                write(frame == null ? COMMENT : frame, output);
            }
        } finally {
            watch.leave(this);
        }
    }

    private void write(byte[] frame, OutputStream output) throws IOException {
        writing = Thread.currentThread();
        try {
            output.write(frame);
            output.flush();
        } finally {
            writing = null;
        }
    }
}

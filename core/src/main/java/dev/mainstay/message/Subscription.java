package dev.mainstay.message;

import java.time.Duration;

/// A subscriber that listens until it is closed. Thread-safe.
public interface Subscription extends AutoCloseable {
    /// Takes nothing more and waits up to `bound` for the handlers under way. What was not begun goes back to its
    /// group; a handler that goes on longer is tried again elsewhere.
    void close(Duration bound);

    /// The same with thirty seconds.
    @Override
    default void close() {
        close(Duration.ofSeconds(30));
    }
}

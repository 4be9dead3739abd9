package dev.mainstay.message;

/// A subscriber that listens until it is closed. Closing waits for the handlers under way; what was not begun stays
/// in the group. Thread-safe.
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}

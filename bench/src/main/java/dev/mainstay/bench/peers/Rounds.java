package dev.mainstay.bench.peers;

/// One queue under measurement, filled and drained again and again. Used by one thread.
public interface Rounds extends AutoCloseable {
    /// Fills the empty queue with tasks while nobody works, then has one worker process drain it.
    Drain round(int tasks) throws Exception;

    @Override
    void close();
}

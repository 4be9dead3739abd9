package dev.mainstay.bench.chaos;

/// What befalls a worker. Immutable and thread-safe.
enum Strike {
    KILL,
    /// Stopped for longer than its lease, then goes on.
    FREEZE,
    /// Stopped, and goes on about when its node stops trusting its lease.
    STALL,
    BLACK_HOLE,
    RESET,
    /// The database sees the connections end, the worker does not.
    HALF_CLOSE_SERVER,
    /// The worker sees them end, the database does not.
    HALF_CLOSE_CLIENT,
    SLOW,
    /// Everything arrives a few bytes at a time.
    SLICE
}

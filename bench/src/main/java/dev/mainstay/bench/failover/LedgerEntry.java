package dev.mainstay.bench.failover;

/// One tick, as the agent itself wrote it down. Immutable and thread-safe.
///
/// @param fence of the lease it ticked under
/// @param begun when, in nanoseconds of the machine's monotonic clock
/// @param written when the database took it, in microseconds of its own
record LedgerEntry(String agent, long fence, String node, long begun, long written) {}

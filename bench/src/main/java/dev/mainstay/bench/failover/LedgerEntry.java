package dev.mainstay.bench.failover;

import java.time.Instant;

/// One tick, as the agent itself wrote it down. Immutable and thread-safe.
///
/// @param fence of the lease it ticked under
/// @param at the database's time
record LedgerEntry(String agent, long fence, String node, Instant at) {}

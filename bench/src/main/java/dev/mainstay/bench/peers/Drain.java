package dev.mainstay.bench.peers;

/// What one round of a queue came to. Immutable and thread-safe.
///
/// @param enqueuePerSecond tasks put in, nobody working
/// @param drainPerSecond tasks worked off, from the start of the worker until the database shows none left
public record Drain(double enqueuePerSecond, double drainPerSecond) {}

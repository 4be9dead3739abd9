package dev.mainstay.bench.tasks;

/// What one round of a queue came to.
///
/// @param enqueuePerSecond tasks put in, nobody working
/// @param drainPerSecond tasks worked off, from the start of the worker until the database shows none left
record Drain(double enqueuePerSecond, double drainPerSecond) {}

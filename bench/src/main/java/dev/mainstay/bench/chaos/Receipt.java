package dev.mainstay.bench.chaos;

/// What a task of a chaos run ends with. Immutable.
///
/// @param fence of the attempt that says so
record Receipt(long fence) {}

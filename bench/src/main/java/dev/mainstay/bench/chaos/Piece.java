package dev.mainstay.bench.chaos;

/// What a task of a chaos run is given. Immutable.
///
/// @param number in the order of enqueueing
/// @param millis how long its handler takes
record Piece(long number, int millis) {}

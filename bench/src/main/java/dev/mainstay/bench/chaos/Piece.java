package dev.mainstay.bench.chaos;

/// What a task of a chaos run is given. Immutable.
///
/// @param number in the order of enqueueing
/// @param millis how long its handler takes
/// @param delay how many milliseconds it must not start before
record Piece(long number, int millis, int delay) {
    Piece(long number, int millis) {
        this(number, millis, 0);
    }
}

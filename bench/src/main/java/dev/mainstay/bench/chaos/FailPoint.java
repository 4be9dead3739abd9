package dev.mainstay.bench.chaos;

/// A place where a connection can end. Immutable and thread-safe.
///
/// @param statement as [StatementText] gives it
record FailPoint(String statement, Moment moment) {
    enum Moment {
        BEFORE,
        /// It was done, and nobody hears of it.
        UNHEARD
    }
}

package dev.mainstay.task;

/// What came of a step of a worker outside. Immutable.
public sealed interface OutsideStep {
    /// It is done, and this is its result: the one just sent, or the one that was stored before, which stands.
    record Done(boolean isNew, StoredStep step) implements OutsideStep {}

    /// The attempt has ended; the task goes on when what it waits for has come.
    ///
    /// @param outcome as stored: snoozed, awaiting
    record Waiting(String outcome) implements OutsideStep {}

    /// A person wants the task ended, so that it ended instead of waiting.
    record Ended(OutsideEnd end) implements OutsideStep {}
}

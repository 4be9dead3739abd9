package dev.mainstay.recovery;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// One way to repair. Called in a task of the engine, possibly again after a crash, so doing it twice is no harm.
/// Thread-safe.
public interface RecoveryAction {
    /// How much can go wrong by it; above what a fleet allows, a person must approve.
    enum Risk {
        LOW,
        MEDIUM,
        HIGH
    }

    /// A word such as `restart-agent`.
    String name();

    Risk risk();

    /// Does it.
    ///
    /// @return what was done, with what is needed to undo it; kept with the episode
    /// @throws Exception when it cannot be done; the next action is tried then
    Map<String, ?> act(Patient patient) throws Exception;

    /// Whether [#undo] can take it back.
    default boolean isReversible() {
        return false;
    }

    /// After so long it is undone by itself; empty for what stays.
    default Optional<Duration> lasts() {
        return Optional.empty();
    }

    /// Undoes what [#act] told of; false when there is nothing to undo.
    default boolean undo(Patient patient, Map<String, ?> done) throws Exception {
        return false;
    }
}

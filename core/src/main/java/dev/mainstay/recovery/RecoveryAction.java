package dev.mainstay.recovery;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// One way to repair. Called in a task of the engine, possibly again after a crash, so doing it twice is no harm.
/// Thread-safe.
public interface RecoveryAction {
    /// How much can go wrong by it; above what a fleet allows, a person must approve.
    enum Risk {
        /// The subject is the same afterwards, and at work again within minutes.
        LOW,
        /// Work is done twice or elsewhere.
        MEDIUM,
        /// What people gave the subject, or what it has kept, is another afterwards.
        HIGH
    }

    /// A word such as `restart-agent`.
    String name();

    Risk risk();

    /// Why there is nothing it could do to the subject now, so that nobody need be asked for it.
    ///
    /// @param tried what did not help in this episode
    /// @return empty when there may be
    default Optional<String> whyPointless(Handle handle, Patient patient, List<String> tried) {
        return Optional.empty();
    }

    /// Does it.
    ///
    /// @return what was done, with what is needed to undo it; kept with the episode (key `notDone` is taken)
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

    /// Undoes what [#act] did, which may have ended before it could tell: `done` is empty then.
    ///
    /// @return what was taken back, in words; empty when there is nothing to undo
    default Optional<String> undo(Patient patient, Map<String, ?> done) throws Exception {
        return Optional.empty();
    }
}

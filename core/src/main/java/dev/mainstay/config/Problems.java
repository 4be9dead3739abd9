package dev.mainstay.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Collects what is wrong with the settings, so that a person mends everything in one go.
///
/// Not thread-safe: made, filled and thrown by one reader of settings.
public final class Problems {
    private final List<Problem> found = new ArrayList<>();

    public void add(Problem problem) {
        found.add(problem);
    }

    /// Runs a step that may throw a [ConfigException]; its problems join the others and the result is empty.
    public <T> Optional<T> collect(Supplier<T> step) {
        try {
            return Optional.of(step.get());
        } catch (ConfigException e) {
            found.addAll(e.problems());
            return Optional.empty();
        }
    }

    public int count() {
        return found.size();
    }

    /// Throws one [ConfigException] with everything found; returns when there is nothing.
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw new ConfigException(found);
        }
    }
}

package dev.mainstay.agent;

import dev.mainstay.Money;
import org.jspecify.annotations.Nullable;

/// What a tick did. An error here is the work's ("the shop answered 503"), not a crash of the agent. Immutable.
public record WorkResult(
        long items, @Nullable Money value, @Nullable String error) {
    private static final WorkResult NOTHING = new WorkResult(0, null, null);

    public WorkResult {
        if (items < 0) {
            throw new IllegalArgumentException("items must not be negative, was " + items);
        }
    }

    /// Nothing to do this time.
    public static WorkResult nothing() {
        return NOTHING;
    }

    public static WorkResult processed(long items) {
        return new WorkResult(items, null, null);
    }

    public static WorkResult failed(String error) {
        return new WorkResult(0, null, error);
    }

    /// The money this work brought in or saved.
    public WorkResult worth(Money produced) {
        return new WorkResult(items, produced, error);
    }

    public boolean isFailure() {
        return error != null;
    }
}

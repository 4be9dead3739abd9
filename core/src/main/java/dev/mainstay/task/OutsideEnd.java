package dev.mainstay.task;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How an attempt of a worker outside ended. Immutable.
///
/// @param outcome as stored: completed, failed, dead, cancelled, snoozed, released; busy when it did not end yet,
/// being held by somebody's open transaction
/// @param again when it is tried again, where it is
/// @param isRepeated the same had been said before; nothing was changed now
public record OutsideEnd(String outcome, @Nullable Duration again, boolean isRepeated) {
    static final OutsideEnd COMPLETED = new OutsideEnd(Ending.COMPLETED, null, false);
    static final OutsideEnd COMPLETED_BEFORE = new OutsideEnd(Ending.COMPLETED, null, true);
    static final OutsideEnd BUSY = new OutsideEnd("busy", null, false);

    boolean isBusy() {
        return outcome.equals(BUSY.outcome);
    }
}

package dev.mainstay.message;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a message in the hand of a consumer outside ended. Immutable.
///
/// @param again how long it waits before it is tried again; null unless it is
/// @param givenBack positions behind it in the same hand, of the same sender: they come again after it, in their order
public record OutsideEnd(
        Settlement.Outcome outcome, @Nullable Duration again, List<Long> givenBack) {
    static final OutsideEnd ACKED = new OutsideEnd(Settlement.Outcome.ACKED, null, List.of());
    static final OutsideEnd DEAD = new OutsideEnd(Settlement.Outcome.DEAD, null, List.of());

    public OutsideEnd {
        givenBack = List.copyOf(givenBack);
    }
}

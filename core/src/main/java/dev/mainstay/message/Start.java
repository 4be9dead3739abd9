package dev.mainstay.message;

import java.time.Instant;

/// Where reading begins. Immutable.
public sealed interface Start {
    /// With what is published from now on.
    Start NEWEST = new Newest();
    /// With the oldest message still kept.
    Start OLDEST = new After(0);

    record Newest() implements Start {}

    /// Behind a position.
    record After(long position) implements Start {}

    /// With the first message stored at or after a moment.
    record Since(Instant moment) implements Start {}

    static Start after(long position) {
        return new After(position);
    }

    static Start since(Instant moment) {
        return new Since(moment);
    }
}

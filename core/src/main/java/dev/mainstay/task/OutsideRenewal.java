package dev.mainstay.task;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// How long a lease holds by now, and what people want of the tasks it holds. Immutable.
///
/// @param until by the clock of the database
public record OutsideRenewal(Instant until, List<Cancel> cancels) {
    public OutsideRenewal {
        cancels = List.copyOf(cancels);
    }

    /// A task of the lease that a person wants ended, and why.
    public record Cancel(UUID task, String reason) {}
}

package dev.mainstay.schedule;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A schedule as it stands in the database. Immutable and thread-safe.
///
/// @param id its own as long as it exists; one of the same name that is made later has another
/// @param undeclared stood in code or a file and stands there no longer; it does not fire
/// @param version raised by every change of what it is or whether it is paused
/// @param nextAt when it fires next; null when it is paused or has no moment left
public record Schedule(
        UUID organization,
        UUID id,
        NewSchedule plan,
        ScheduleSource source,
        @Nullable String declaredBy,
        boolean undeclared,
        boolean paused,
        @Nullable String pauseReason,
        @Nullable Instant nextAt,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    public String name() {
        return plan.name();
    }

    /// `active`, `paused`, `undeclared`, or `finished` when it has no moment left.
    public String state() {
        if (undeclared) {
            return "undeclared";
        }
        return paused ? "paused" : nextAt == null ? "finished" : "active";
    }
}

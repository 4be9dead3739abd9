package dev.mainstay.task;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.util.UUID;

/// Identifiers of tasks: UUIDv7 of the database's time, so that a task's day of creation, and thereby its partition, is
/// in its name ([RFC 9562](https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7)). Stateless and thread-safe.
final class TaskId {
    private TaskId() {}

    static UUID at(Instant moment) {
        return UuidCreator.getTimeOrderedEpoch(moment);
    }
}

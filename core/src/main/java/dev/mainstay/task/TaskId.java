package dev.mainstay.task;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.util.UUID;

/// Identifiers of tasks: UUIDv7 of the database's time, so that a task's day of creation, and thereby its partition, is
/// in its name ([RFC 9562](https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7)). Stateless and thread-safe.
final class TaskId {
    private static final int MILLIS_SHIFT = 16;
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private TaskId() {}

    static UUID at(Instant moment) {
        return UuidCreator.getTimeOrderedEpoch(moment);
    }

    /// The first that a task created at this moment can have.
    static UUID firstAt(Instant moment) {
        long millis = Math.clamp(moment.toEpochMilli(), 0, (1L << 48) - 1);
        return new UUID(millis << MILLIS_SHIFT | VERSION, VARIANT);
    }

    static Instant moment(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> MILLIS_SHIFT);
    }
}

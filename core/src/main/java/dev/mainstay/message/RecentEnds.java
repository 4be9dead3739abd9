package dev.mainstay.message;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// How messages ended that consumers outside told this node of, the last 20,000: so that who repeats a call because
/// its answer was lost gets that answer. Thread-safe.
final class RecentEnds {
    private static final int MOST = 20_000;

    private final Map<Delivered, OutsideEnd> ends = new LinkedHashMap<>();

    /// One message in hand under one lease.
    record Delivered(UUID organization, String group, UUID token, long position) {}

    synchronized void remember(Delivered delivered, OutsideEnd end) {
        ends.put(delivered, end);
        if (ends.size() > MOST) {
            ends.remove(ends.keySet().iterator().next());
        }
    }

    synchronized Optional<OutsideEnd> of(Delivered delivered) {
        return Optional.ofNullable(ends.get(delivered));
    }
}

package dev.mainstay.task;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// What a worker outside asks for; valid by construction. Immutable.
///
/// @param key the key it asks with
/// @param worker its name, for people and for suspects: of those it gets one at a time
/// @param types of task it works on
/// @param queues it takes from; empty for all
/// @param most tasks at once
/// @param lease how long it has them, unless it renews
/// @param deadline how long their attempts may run, however often it renews
/// @param patience how long to wait when there is nothing
public record OutsideAsk(
        UUID organization,
        String key,
        String worker,
        List<String> types,
        List<String> queues,
        int most,
        Duration lease,
        Duration deadline,
        Duration patience) {
    public static final int MOST = 100;
    public static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
    public static final Duration LONGEST_LEASE = Duration.ofHours(1);
    public static final Duration DEADLINE = Duration.ofMinutes(10);
    public static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(1);
    public static final Duration LONGEST_DEADLINE = Duration.ofDays(7);
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    public OutsideAsk {
        if (types.isEmpty()) {
            throw new IllegalArgumentException("types must not be empty");
        }
        if (most < 1 || most > MOST) {
            throw new IllegalArgumentException("most must be from 1 to " + MOST + ", was " + most);
        }
        requireLease(lease);
        if (deadline.compareTo(SHORTEST_DEADLINE) < 0 || deadline.compareTo(LONGEST_DEADLINE) > 0) {
            throw new IllegalArgumentException(
                    "deadline must be from " + SHORTEST_DEADLINE + " to " + LONGEST_DEADLINE + ", was " + deadline);
        }
        if (patience.isNegative() || patience.compareTo(LONGEST_WAIT) > 0) {
            throw new IllegalArgumentException("patience must be from PT0S to " + LONGEST_WAIT + ", was " + patience);
        }
        types = List.copyOf(types);
        queues = List.copyOf(queues);
    }

    static void requireLease(Duration lease) {
        if (lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException(
                    "lease must be from " + SHORTEST_LEASE + " to " + LONGEST_LEASE + ", was " + lease);
        }
    }

    boolean wants(Opening opening) {
        return opening.organization().equals(organization)
                && types.contains(opening.type())
                && (queues.isEmpty() || queues.contains(opening.queue()));
    }
}

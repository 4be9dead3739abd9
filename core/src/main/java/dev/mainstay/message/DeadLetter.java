package dev.mainstay.message;

import java.time.Instant;
import java.util.Comparator;

/// A message that a group gave up, until it is redriven or discarded. Immutable.
///
/// @param attempts how often it was tried
public record DeadLetter(String group, Message message, int attempts, String reason, Instant diedAt) {
    /// Where one stands in their list: the newest position first, and of one position the groups by name. Immutable.
    public record Place(long position, String group) implements Comparable<Place> {
        private static final Comparator<Place> ORDER =
                Comparator.comparing(Place::position).reversed().thenComparing(Place::group);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    public Place place() {
        return new Place(message.position(), group);
    }
}

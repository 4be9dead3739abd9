package dev.mainstay.message;

import java.util.List;
import java.util.UUID;

/// Messages put in one consumer's hand under one lease. Immutable.
///
/// @param messages the most urgent first, then by position
public record Batch(UUID token, List<Message> messages) {
    public static final Batch NOTHING = new Batch(new UUID(0, 0), List.of());

    public Batch {
        messages = List.copyOf(messages);
    }

    public boolean isEmpty() {
        return messages.isEmpty();
    }
}

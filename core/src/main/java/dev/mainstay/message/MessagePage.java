package dev.mainstay.message;

import java.util.List;
import java.util.Optional;

/// A page of what was looked for in the log. Immutable.
///
/// @param before below which position looking goes on, empty when there is nothing left. A page may have fewer messages
/// than were asked for, or none, and others follow all the same: not more than so many are looked through at once.
public record MessagePage(List<Message> messages, Optional<Long> before) {
    public MessagePage {
        messages = List.copyOf(messages);
    }

    /// Of up to `limit + 1` messages that were found, so that it is known whether there are more.
    static MessagePage of(List<Message> found, int limit) {
        if (found.size() <= limit) {
            return new MessagePage(found, Optional.empty());
        }
        return new MessagePage(
                found.subList(0, limit), Optional.of(found.get(limit - 1).position()));
    }
}

package dev.mainstay.message;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What lists and screens show of the messages of an organization, wherever they are kept. Thread-safe.
public interface MessageLists {
    /// Messages of the log that match, the newest first. Where there is no index, at most 20,000 are
    /// looked through at once.
    MessagePage search(UUID organization, MessageSearch search);

    /// The message at a position, if it is still there.
    Optional<Message> find(UUID organization, long position);

    /// Channels that have messages, those of answers left out, by name, behind `after`. In NATS only the newest 20,000
    /// messages are looked through.
    List<ChannelView> channels(UUID organization, String after, int limit);

    /// How the groups stand, by name, behind `after`.
    List<GroupView> groups(UUID organization, String after, int limit);

    /// How one group stands.
    Optional<GroupView> group(UUID organization, String name);

    /// What groups gave up, by position, the newest first, behind `after`.
    List<DeadLetter> deadLetters(
            UUID organization, Optional<String> group, Optional<DeadLetter.Place> after, int limit);
}

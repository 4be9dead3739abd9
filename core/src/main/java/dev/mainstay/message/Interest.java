package dev.mainstay.message;

import java.util.Set;
import java.util.TreeSet;

/// What a subscriber wants: messages of some channels, with some routing keys, that pass a filter.
///
/// ```java
/// Interest.in("orders").matching("eu.#").where("body.amount >= 100")
/// ```
///
/// Immutable and thread-safe.
///
/// @param channels none for all channels, which only an ephemeral subscriber may want
public record Interest(Set<String> channels, TopicPattern keys, MessageFilter filter) {
    private static final int MOST_CHANNELS = 32;

    public Interest {
        channels = Set.copyOf(channels);
        channels.forEach(Channels::requireAny);
        if (channels.size() > MOST_CHANNELS) {
            throw new IllegalArgumentException(
                    "at most " + MOST_CHANNELS + " channels can be read together, were " + channels.size());
        }
    }

    public static Interest in(String... channels) {
        return new Interest(new TreeSet<>(Set.of(channels)), TopicPattern.ALL, MessageFilter.NONE);
    }

    /// What is sent to one agent, and to all agents.
    public static Interest inboxOf(String agent) {
        return in(Channels.ofAgent(agent), Channels.ALL_AGENTS);
    }

    /// Every message of the organization.
    public static Interest everything() {
        return in();
    }

    /// In these channels, or in all when they are too many to be read one by one.
    static Interest inUpTo(Set<String> channels) {
        return new Interest(
                channels.size() > MOST_CHANNELS ? Set.of() : channels, TopicPattern.ALL, MessageFilter.NONE);
    }

    public Interest matching(String pattern) {
        return new Interest(channels, TopicPattern.of(pattern), filter);
    }

    public Interest where(String newFilter) {
        return new Interest(channels, keys, MessageFilter.of(newFilter));
    }

    public boolean isInAllChannels() {
        return channels.isEmpty();
    }

    public boolean wants(Message message) {
        return (isInAllChannels() || channels.contains(message.channel()))
                && keys.matches(message.routingKey())
                && filter.matches(message);
    }
}

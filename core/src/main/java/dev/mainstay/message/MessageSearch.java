package dev.mainstay.message;

import dev.mainstay.postgres.Filter;
import dev.mainstay.task.Priority;
import java.time.Instant;
import java.util.Optional;

/// Which messages of the log are looked for, newest first. Immutable.
///
/// @param filter [MessageFilter#NONE] for any body
/// @param before only below this position
/// @param limit at most so many
public record MessageSearch(
        Optional<String> channel,
        Optional<String> sender,
        Optional<String> correlation,
        Optional<Priority> priority,
        TopicPattern keys,
        MessageFilter filter,
        Optional<Instant> from,
        Optional<Instant> to,
        Optional<Long> before,
        int limit) {
    boolean matches(Message message) {
        return channel.stream().allMatch(message.channel()::equals)
                && sender.stream().allMatch(wanted -> wanted.equals(message.sender()))
                && correlation.stream().allMatch(wanted -> wanted.equals(message.correlationId()))
                && priority.stream().allMatch(message.priority()::equals)
                && keys.matches(message.routingKey())
                && filter.matches(message)
                && from.stream().noneMatch(message.storedAt()::isBefore)
                && to.stream().allMatch(message.storedAt()::isBefore);
    }

    Filter conditions() {
        Filter conditions = new Filter()
                .with("limit", limit + 1)
                .and("channel = :channel", "channel", channel)
                .and("sender = :sender", "sender", sender)
                .and("correlation_id = :correlation", "correlation", correlation)
                .and("priority = :priority", "priority", priority.map(Priority::stored))
                .and("position >= :from", "from", from.map(LogStore::positionOf))
                .and("position < :to", "to", to.map(LogStore::positionOf))
                .and("position < :before", "before", before);
        if (!keys.isAll()) {
            conditions.and("message_key_words(routing_key) ~ :keys", "keys", keys.regex());
        }
        if (!filter.isNone()) {
            conditions.and("message_passes(messages, :path::jsonpath)", "path", filter.jsonPath());
        }
        return conditions;
    }
}

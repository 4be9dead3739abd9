package dev.mainstay.server.http;

import dev.mainstay.message.NewMessage;
import dev.mainstay.server.auth.Caller;
import dev.mainstay.server.auth.Role;
import dev.mainstay.task.Priority;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/// Reads a message to be published out of a body. Stateless and thread-safe.
final class NewMessageReader {
    private static final Duration LONGEST_LIFE = Duration.ofDays(365);

    private NewMessageReader() {}

    static NewMessage read(Fields fields, Caller caller) {
        String channel = fields.optionalText("channel", 200);
        String agent = fields.optionalText("agent", 200);
        boolean all = fields.flag("allAgents", false);
        JsonNode body = fields.any("body");
        if (Stream.of(channel != null, agent != null, all)
                        .filter(given -> given)
                        .count()
                != 1) {
            fields.error("channel", "must be given, or agent, or allAgents; one of the three");
            return NewMessage.toAllAgents("");
        }
        Object content = body == null ? NullNode.getInstance() : body;
        NewMessage message = fields.made(
                "channel",
                NewMessage.toAllAgents(content),
                () -> all
                        ? NewMessage.toAllAgents(content)
                        : agent != null ? NewMessage.toAgent(agent, content) : toChannel(channel, content));
        return optional(fields, message, caller);
    }

    private static NewMessage toChannel(@Nullable String channel, Object body) {
        return NewMessage.to(channel == null ? "" : channel, body);
    }

    private static NewMessage optional(Fields fields, NewMessage message, Caller caller) {
        NewMessage made =
                message.priority(fields.oneOf("priority", Priority.values(), Priority::word, Priority.NORMAL));
        made = with(fields, "routingKey", made, NewMessage::key);
        made = with(fields, "correlationId", made, NewMessage::correlation);
        made = with(fields, "replyTo", made, NewMessage::replyingTo);
        String sender = fields.optionalText("sender", 256);
        if (sender != null && caller.role() == Role.AGENT) {
            fields.error("sender", "is the key itself for a key with role agent");
        } else if (sender != null) {
            NewMessage unsigned = made;
            made = fields.made("sender", unsigned, () -> unsigned.from(sender));
        }
        Duration life = fields.optionalDuration("timeToLive", Duration.ofMillis(1), LONGEST_LIFE);
        made = life == null ? made : made.expiringAfter(life);
        for (Map.Entry<String, String> header :
                fields.labels("headers", 32, 1_000).entrySet()) {
            NewMessage before = made;
            made = fields.made("headers", before, () -> before.header(header.getKey(), header.getValue()));
        }
        return made;
    }

    private static NewMessage with(
            Fields fields, String name, NewMessage message, BiFunction<NewMessage, String, NewMessage> change) {
        String value = fields.optionalText(name, 256);
        return value == null ? message : fields.made(name, message, () -> change.apply(message, value));
    }
}

package dev.mainstay.message;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.ExactJson;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.StorableText;
import dev.mainstay.task.Priority;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A message to be published; valid at every moment. Immutable and thread-safe: each method returns a changed copy.
///
/// ```java
/// NewMessage.to("orders", order).key("eu.created").priority(Priority.HIGH).expiringAfter(Duration.ofHours(1))
/// ```
public final class NewMessage {
    /// Of body and headers together, in bytes of JSON; more belongs into a store of its own, with its address in
    /// the message.
    public static final int LARGEST = 256 * 1024;

    private static final JsonMapper MAPPER = ExactJson.builder().build();
    private static final int LONGEST_TEXT = 256;
    private static final Duration LONGEST_LIFE = Duration.ofDays(365);

    private final String channel;
    private final Object body;
    private Priority priority = Priority.NORMAL;
    private @Nullable String sender;
    private String routingKey = "";
    private @Nullable String correlationId;
    private @Nullable String replyTo;
    private @Nullable Duration timeToLive;
    private Map<String, String> headers = Map.of();

    private NewMessage(String channel, Object body) {
        this.channel = channel;
        this.body = body;
    }

    private NewMessage(NewMessage other) {
        this(other.channel, other.body);
        priority = other.priority;
        sender = other.sender;
        routingKey = other.routingKey;
        correlationId = other.correlationId;
        replyTo = other.replyTo;
        timeToLive = other.timeToLive;
        headers = other.headers;
    }

    /// On a channel; `body` is sent as JSON.
    public static NewMessage to(String channel, Object body) {
        return new NewMessage(Channels.requireAny(channel), body);
    }

    /// To one agent.
    public static NewMessage toAgent(String agent, Object body) {
        return new NewMessage(Channels.ofAgent(agent), body);
    }

    /// To every agent of the organization.
    public static NewMessage toAllAgents(Object body) {
        return new NewMessage(Channels.ALL_AGENTS, body);
    }

    /// The answer to a request, where its sender waits for it.
    public static NewMessage replyTo(Message request, Object body) {
        String channel = request.replyTo();
        if (channel == null) {
            throw new IllegalArgumentException("message " + request.id() + " asks for no reply");
        }
        NewMessage reply = to(channel, body).priority(request.priority()).expiringAfter(Duration.ofMinutes(5));
        return request.correlationId() == null ? reply : reply.correlation(request.correlationId());
    }

    /// What subscribers match their patterns with: words between dots.
    public NewMessage key(String newRoutingKey) {
        NewMessage changed = new NewMessage(this);
        changed.routingKey = TopicPattern.requireKey(newRoutingKey);
        return changed;
    }

    public NewMessage priority(Priority newPriority) {
        NewMessage changed = new NewMessage(this);
        changed.priority = newPriority;
        return changed;
    }

    /// Who speaks; the messages of one sender keep their order.
    public NewMessage from(String newSender) {
        NewMessage changed = new NewMessage(this);
        changed.sender = requireText("sender", newSender);
        return changed;
    }

    /// What it belongs to: messages of one correlation are a thread.
    public NewMessage correlation(String newCorrelationId) {
        NewMessage changed = new NewMessage(this);
        changed.correlationId = requireText("correlation id", newCorrelationId);
        return changed;
    }

    /// The channel that answers are wanted on.
    public NewMessage replyingTo(String newReplyTo) {
        NewMessage changed = new NewMessage(this);
        changed.replyTo = Channels.requireAny(newReplyTo);
        return changed;
    }

    /// Not delivered any more this long after it was published.
    public NewMessage expiringAfter(Duration newTimeToLive) {
        if (!newTimeToLive.isPositive() || newTimeToLive.compareTo(LONGEST_LIFE) > 0) {
            throw new IllegalArgumentException(
                    "time to live must be positive and at most 365 days, was " + newTimeToLive);
        }
        NewMessage changed = new NewMessage(this);
        changed.timeToLive = newTimeToLive;
        return changed;
    }

    public NewMessage header(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(requireText("header name", name), value);
        NewMessage changed = new NewMessage(this);
        changed.headers = Map.copyOf(more);
        return changed;
    }

    private static String requireText(String field, String text) {
        if (text.isBlank() || text.length() > LONGEST_TEXT) {
            throw new IllegalArgumentException(
                    field + " must be 1 to " + LONGEST_TEXT + " characters and not blank, was '" + text + "'");
        }
        return StorableText.of(text, LONGEST_TEXT);
    }

    public String channel() {
        return channel;
    }

    public Priority priority() {
        return priority;
    }

    @Nullable
    String correlationId() {
        return correlationId;
    }

    /// Ready to be stored.
    ///
    /// @param defaultSender who speaks when nobody is named
    Outgoing outgoing(UUID id, @Nullable String defaultSender) {
        String text = StorableText.json(MAPPER.writeValueAsString(body));
        String headerText = headers.isEmpty() ? null : Jsonb.text(headers);
        requireSize(text, headerText == null ? "" : headerText);
        return new Outgoing(
                id,
                channel,
                priority,
                sender == null ? defaultSender : sender,
                routingKey,
                correlationId,
                replyTo,
                timeToLive,
                headerText,
                text);
    }

    private void requireSize(String text, String headerText) {
        long bytes = bytes(text) + bytes(headerText);
        if (bytes > LARGEST) {
            throw new MainstayException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "message to " + channel + " has " + bytes + " bytes of JSON, at most " + LARGEST
                            + " are taken; store it elsewhere and send its address");
        }
    }

    // Short texts cannot be too large, whatever their letters.
    private static long bytes(String text) {
        return text.length() < LARGEST / 8 ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    }
}

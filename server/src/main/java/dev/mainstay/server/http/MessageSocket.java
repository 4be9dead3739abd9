package dev.mainstay.server.http;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.MessageFilter;
import dev.mainstay.message.NewMessage;
import dev.mainstay.message.Published;
import dev.mainstay.message.Start;
import dev.mainstay.message.TopicPattern;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.auth.Caller;
import dev.mainstay.server.stream.MessageView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// One socket whose caller is known: what it says, one frame after the other, and its subscriptions. Thread-safe.
final class MessageSocket {
    private static final Duration LONGEST_PATIENCE = Duration.ofMinutes(2);
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(20);
    private static final Duration LONGEST_PAUSE = Duration.ofDays(7);
    private static final int CREDIT = 100;
    private static final int LONGEST_ID = 100;

    private final Caller caller;
    private final MessageBus bus;
    private final SocketLine line;
    private final SocketLimits limits;
    private final Semaphore requests;
    private final Map<String, SocketSubscription> subscriptions = new ConcurrentHashMap<>();

    private enum Frame {
        SUBSCRIBE,
        UNSUBSCRIBE,
        ACK,
        FAIL,
        CREDIT,
        PUBLISH,
        REQUEST,
        PING;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    MessageSocket(Caller caller, MessageBus bus, SocketLine line, SocketLimits limits) {
        this.caller = caller;
        this.bus = bus.as(caller.name());
        this.line = line;
        this.limits = limits;
        this.requests = new Semaphore(limits.requests());
        line.say("ready", null, Map.of("credit", limits.credit(), "subscriptions", limits.subscriptions()));
    }

    /// Does what a frame asks, or says why not.
    void hear(String text) {
        String id = null;
        try {
            JsonNode frame = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
            id = frame.path("id").asString(null);
            Fields.<Runnable>read(frame, this::order).run();
        } catch (RuntimeException | StackOverflowError failure) {
            refuse(id, Failures.refusal(failure, MessageSockets.ROUTE));
        }
    }

    private void refuse(@Nullable String id, Refusal refusal) {
        line.say(
                "error",
                id,
                Map.of(
                        "code",
                        refusal.problem().code(),
                        "detail",
                        refusal.problem().detail()));
    }

    private Runnable order(Fields fields) {
        Frame frame = fields.oneOf("type", Frame.values(), Frame::word, Frame.PING);
        String id = frame == Frame.PING ? fields.optionalText("id", LONGEST_ID) : fields.text("id", LONGEST_ID);
        return order(frame, String.valueOf(id), fields);
    }

    private Runnable order(Frame frame, String id, Fields fields) {
        return switch (frame) {
            case SUBSCRIBE -> subscribe(id, fields);
            case UNSUBSCRIBE -> () -> unsubscribe(id);
            case ACK -> ack(id, fields.whole("position", 1));
            case FAIL -> fail(id, fields);
            case CREDIT -> credit(id, credit(fields));
            case PUBLISH -> publish(id, message(fields));
            case REQUEST -> request(id, fields);
            case PING -> () -> line.say("pong", id.equals("null") ? null : id, Map.of());
        };
    }

    private void require(Access access) {
        if (!access.allows(caller.role())) {
            throw Refusal.forbidden(
                    "a key with role " + caller.role().word() + " may not do this; it takes " + access.word());
        }
    }

    private int credit(Fields fields) {
        return Math.toIntExact(fields.whole("credit", 1, limits.credit(), Math.min(CREDIT, limits.credit())));
    }

    private Runnable subscribe(String id, Fields fields) {
        int credit = credit(fields);
        String group = fields.optionalText("group", 200);
        if (group != null) {
            return () -> begin(id, Access.AGENT, credit, () -> consuming(group, id, credit));
        }
        Interest interest = interest(fields);
        long after = fields.whole("after", 0, Long.MAX_VALUE, -1);
        Start start = after < 0 ? Start.NEWEST : Start.after(after);
        return () -> begin(id, Access.VIEWER, credit, () -> new SocketTail(bus, interest, start, line, id, credit));
    }

    private SocketGroup consuming(String name, String id, int credit) {
        ConsumerGroup group = bus.outside()
                .group(name)
                .orElseThrow(() -> Refusal.notFound("consumer group", name, "GET /api/v1/message-groups"));
        return new SocketGroup(bus.outside(), group, line, id, credit).start();
    }

    private void begin(String id, Access access, int credit, Supplier<SocketSubscription> beginning) {
        require(access);
        if (subscriptions.containsKey(id)) {
            throw Refusal.conflict("SUBSCRIBED", "there is a subscription \"" + id + "\" already; name it otherwise");
        }
        if (subscriptions.size() >= limits.subscriptions()) {
            throw Refusal.tooMany(
                    "TOO_MANY_SUBSCRIPTIONS", "a socket has at most " + limits.subscriptions() + " subscriptions", 1);
        }
        subscriptions.put(id, beginning.get());
        line.say("subscribed", id, Map.of("credit", credit));
    }

    private static Interest interest(Fields fields) {
        Set<String> channels = new HashSet<>(fields.texts("channels", 32, 200));
        TopicPattern keys = worded(fields, "keys", 1_000, TopicPattern::of, TopicPattern.ALL);
        MessageFilter filter = worded(fields, "filter", 2_000, MessageFilter::of, MessageFilter.NONE);
        return fields.made("channels", Interest.everything(), () -> new Interest(channels, keys, filter));
    }

    private static <T> T worded(Fields fields, String name, int longest, Function<String, T> reader, T otherwise) {
        String text = fields.optionalText(name, longest);
        return text == null ? otherwise : fields.made(name, otherwise, () -> reader.apply(text));
    }

    private SocketSubscription known(String id) {
        SocketSubscription subscription = subscriptions.get(id);
        if (subscription == null) {
            throw Refusal.notFound("this socket has no subscription \"" + id + "\"");
        }
        return subscription;
    }

    private void unsubscribe(String id) {
        known(id).close();
        subscriptions.remove(id);
        line.say("unsubscribed", id, Map.of());
    }

    private Runnable ack(String id, long position) {
        return () -> known(id).ack(position);
    }

    private Runnable credit(String id, int most) {
        return () -> known(id).credit(most);
    }

    private Runnable fail(String id, Fields fields) {
        long position = fields.whole("position", 1);
        String error = fields.text("error", 2_000);
        boolean isRetryable = fields.flag("retryable", true);
        Duration after = fields.optionalDuration("after", Duration.ZERO, LONGEST_PAUSE);
        return () -> {
            switch (known(id)) {
                case SocketGroup group -> group.fail(position, error, isRetryable, after);
                case SocketTail tail ->
                    throw Refusal.conflict("NOT_A_GROUP", "only messages of a consumer group can fail");
            }
        };
    }

    private NewMessage message(Fields fields) {
        return fields.object(
                "message", message -> NewMessageReader.read(message, caller), JsonNodeFactory.instance.objectNode());
    }

    private Runnable publish(String id, NewMessage message) {
        return () -> {
            require(Access.AGENT);
            Published published = bus.publish(message);
            line.say("published", id, Map.of("messageId", published.id(), "position", published.position()));
        };
    }

    private Runnable request(String id, Fields fields) {
        NewMessage message = message(fields);
        Duration patience = fields.duration("timeout", Duration.ofMillis(1), LONGEST_PATIENCE, USUAL_PATIENCE);
        return () -> {
            require(Access.AGENT);
            if (!requests.tryAcquire()) {
                throw Refusal.tooMany(
                        "TOO_MANY_REQUESTS", "at most " + limits.requests() + " requests of a socket wait at once", 1);
            }
            Threads.startVirtual("socket-request", () -> ask(id, message, patience));
        };
    }

    private void ask(String id, NewMessage message, Duration patience) {
        try {
            Message reply = bus.request(message, patience);
            line.say("reply", id, Map.of("message", MessageView.of(reply)));
        } catch (IllegalArgumentException refused) {
            line.say("error", id, Map.of("code", "INVALID", "detail", String.valueOf(refused.getMessage())));
        } catch (RuntimeException failure) {
            refuse(id, Failures.refusal(failure, MessageSockets.ROUTE));
        } finally {
            requests.release();
        }
    }

    /// Ends its subscriptions; what it had in hand goes to others.
    void close() {
        List.copyOf(subscriptions.keySet()).forEach(id -> {
            SocketSubscription subscription = subscriptions.remove(id);
            if (subscription != null) {
                subscription.close();
            }
        });
    }
}

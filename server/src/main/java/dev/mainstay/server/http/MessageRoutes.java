package dev.mainstay.server.http;

import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.Interest;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.MessageFilter;
import dev.mainstay.message.MessagePage;
import dev.mainstay.message.MessageSearch;
import dev.mainstay.message.NewMessage;
import dev.mainstay.message.Start;
import dev.mainstay.message.TopicPattern;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.stream.MessageStreams;
import dev.mainstay.server.stream.MessageView;
import dev.mainstay.task.Priority;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/// Messages over HTTP: published, looked up, followed, and what groups gave up. Thread-safe.
final class MessageRoutes {
    private static final String MESSAGES = "/api/v1/messages";
    private static final String DEAD = "/api/v1/message-dead-letters";
    private static final String ONE_DEAD = DEAD + "/{group}/{position}";
    private static final int MOST = 1_000;
    private static final int RETRY_AFTER_SECONDS = 10;

    private final MessageStreams streams;
    private final InstantSource clock;

    MessageRoutes(MessageStreams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get(MESSAGES, Access.VIEWER, this::list),
                Route.post(MESSAGES, Access.AGENT, this::publish),
                Route.get(MESSAGES + "/stream", Access.VIEWER, this::stream),
                Route.get(MESSAGES + "/{position}", Access.VIEWER, this::describe),
                Route.get("/api/v1/message-channels", Access.VIEWER, this::channels),
                Route.get(DEAD, Access.VIEWER, this::deadLetters),
                Route.post(ONE_DEAD + "/redrive", Access.OPERATOR, this::redrive),
                Route.delete(ONE_DEAD, Access.OPERATOR, this::discard));
    }

    private MessageBus bus(Request request) {
        return streams.bus(request.organization());
    }

    private Answer list(Request request) {
        int limit = request.limit(100, MOST);
        Instant now = clock.instant();
        MessageSearch search = new MessageSearch(
                request.query("channel"),
                request.query("sender"),
                request.query("correlation"),
                request.choice("priority", Priority.values(), Priority::word),
                worded(request, "routingKey", TopicPattern::of, TopicPattern.ALL),
                worded(request, "filter", MessageFilter::of, MessageFilter.NONE),
                request.moment("from", now),
                request.moment("to", now),
                Cursor.in(request, "messages", 1, parts -> Long.valueOf(parts.getFirst())),
                limit);
        MessagePage found = bus(request).search(search);
        return Answer.json(new Page<>(
                found.messages().stream().map(MessageView::of).toList(),
                found.before().map(position -> Cursor.of("messages", position)).orElse(null)));
    }

    private static <T> T worded(Request request, String name, Function<String, T> reader, T otherwise) {
        return request.query(name)
                .map(text -> refusing(name, () -> reader.apply(text)))
                .orElse(otherwise);
    }

    private static <T> T refusing(String name, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw Refusal.parameter(name, String.valueOf(e.getMessage()));
        }
    }

    private Answer describe(Request request) {
        String position = request.path("position");
        Optional<Long> number =
                position.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(position)) : Optional.empty();
        return number.flatMap(known -> bus(request).find(known))
                .map(message -> Answer.json(MessageView.of(message)))
                .orElseThrow(() -> Refusal.notFound("message", position, "GET " + MESSAGES));
    }

    private Answer publish(Request request) {
        NewMessage message = request.body(fields -> NewMessageReader.read(fields, request.caller()));
        var published = bus(request).as(request.caller().name()).publish(message);
        return Answer.json(201, published);
    }

    private Answer stream(Request request) {
        if (request.isHead()) {
            return new Answer.Streamed("text/event-stream", output -> {}, Map.of());
        }
        Set<String> channels = new HashSet<>(request.all("channel"));
        Interest interest = refusing(
                "channel",
                () -> new Interest(
                        channels,
                        worded(request, "routingKey", TopicPattern::of, TopicPattern.ALL),
                        worded(request, "filter", MessageFilter::of, MessageFilter.NONE)));
        Start start = start(request);
        String key = request.caller().key();
        requireRoom(key);
        MessageBus bus = streams.bus(request.organization());
        return new Answer.Streamed(
                "text/event-stream",
                output -> streams.write(bus, interest, start, key, output, request::isStillAdmitted),
                Map.of("X-Accel-Buffering", "no"));
    }

    private void requireRoom(String key) {
        if (!streams.hasRoom(key)) {
            throw Refusal.tooMany(
                    "TOO_MANY_STREAMS",
                    "this key has " + MessageStreams.MOST_OF_KEY
                            + " streams of messages on this node already, or the node all it can; close a stream first",
                    RETRY_AFTER_SECONDS);
        }
    }

    /// Behind the last one that was read, or behind a position or from a moment that was asked for,
    /// or with what comes.
    private Start start(Request request) {
        Optional<String> after = Optional.ofNullable(request.header("Last-Event-ID"))
                .filter(id -> !id.isEmpty())
                .or(() -> request.query("after"));
        return after.map(position -> {
                    if (!position.matches("[0-9]{1,18}")) {
                        throw Refusal.parameter("after", "must be a position");
                    }
                    return Start.after(Long.parseLong(position));
                })
                .or(() -> request.moment("from", clock.instant()).map(Start::since))
                .orElse(Start.NEWEST);
    }

    private Answer channels(Request request) {
        int limit = request.limit(100, MOST);
        String after = Cursor.in(request, "channels", 1, List::getFirst).orElse("");
        return Answer.json(Page.of(
                bus(request).channels(after, limit + 1), limit, channel -> Cursor.of("channels", channel.name())));
    }

    private record DeadView(String group, int attempts, String reason, Instant diedAt, MessageView message) {
        private static DeadView of(DeadLetter dead) {
            return new DeadView(
                    dead.group(), dead.attempts(), dead.reason(), dead.diedAt(), MessageView.of(dead.message()));
        }
    }

    private Answer deadLetters(Request request) {
        int limit = request.limit(100, MOST);
        request.query("group").ifPresent(group -> requireKnown(request, group));
        Optional<DeadLetter.Place> after = Cursor.in(
                request, "dead", 2, parts -> new DeadLetter.Place(Long.parseLong(parts.getFirst()), parts.getLast()));
        List<DeadView> found = bus(request).deadLetters(request.query("group"), after, limit + 1).stream()
                .map(DeadView::of)
                .toList();
        return Answer.json(
                Page.of(found, limit, dead -> Cursor.of("dead", dead.message().position(), dead.group())));
    }

    private void requireKnown(Request request, String group) {
        if (streams.bus(request.organization()).outside().group(group).isEmpty()) {
            throw Refusal.notFound("consumer group", group, "GET /api/v1/message-groups");
        }
    }

    private Answer redrive(Request request) {
        return changed(request, bus(request).redrive(group(request), position(request)));
    }

    private Answer discard(Request request) {
        return changed(request, bus(request).discard(group(request), position(request)));
    }

    private static String group(Request request) {
        return request.path("group");
    }

    private static long position(Request request) {
        String position = request.path("position");
        return position.matches("[0-9]{1,18}") ? Long.parseLong(position) : 0;
    }

    private static Answer changed(Request request, boolean isChanged) {
        if (!isChanged) {
            throw Refusal.notFound("dead letter", group(request) + "/" + request.path("position"), "GET " + DEAD);
        }
        return Answer.empty(204);
    }
}

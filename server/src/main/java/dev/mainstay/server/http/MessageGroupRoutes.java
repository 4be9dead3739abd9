package dev.mainstay.server.http;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.message.Batch;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.GroupView;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.OutsideConsumers;
import dev.mainstay.message.OutsideEnd;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.json.Json;
import dev.mainstay.server.stream.Crowd;
import dev.mainstay.server.stream.MessageStreams;
import dev.mainstay.server.stream.MessageView;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Consumer groups over HTTP: declared, described, set back and forgotten, and consumed by programs in any language.
/// Thread-safe.
final class MessageGroupRoutes {
    private static final String GROUPS = "/api/v1/message-groups";
    private static final String ONE = GROUPS + "/{group}";
    private static final int MOST = 1_000;
    private static final Duration LONGEST_PAUSE = Duration.ofDays(7);

    private final MessageStreams streams;
    private final Crowd waiting = new Crowd(100, 1_000);

    MessageGroupRoutes(MessageStreams streams) {
        this.streams = streams;
    }

    List<Route> routes() {
        return List.of(
                Route.get(GROUPS, Access.VIEWER, this::list),
                Route.get(ONE, Access.VIEWER, this::describe),
                Route.put(ONE, Access.OPERATOR, this::declare),
                Route.delete(ONE, Access.OPERATOR, this::remove),
                Route.post(ONE + "/seek", Access.OPERATOR, this::seek),
                Route.post(ONE + "/claim", Access.AGENT, this::claim),
                Route.post(ONE + "/renew", Access.AGENT, this::renew),
                Route.post(ONE + "/ack", Access.AGENT, this::ack),
                Route.post(ONE + "/fail", Access.AGENT, this::fail),
                Route.post(ONE + "/release", Access.AGENT, this::release));
    }

    private MessageBus bus(Request request) {
        return streams.bus(request.organization());
    }

    private OutsideConsumers consumers(Request request) {
        return bus(request).outside();
    }

    private static String group(Request request) {
        return request.path("group");
    }

    private Answer list(Request request) {
        int limit = request.limit(100, MOST);
        String after = Cursor.in(request, "groups", 1, List::getFirst).orElse("");
        return Answer.json(
                Page.of(bus(request).groups(after, limit + 1), limit, group -> Cursor.of("groups", group.name())));
    }

    private Answer describe(Request request) {
        return Answer.json(found(request));
    }

    private GroupView found(Request request) {
        return bus(request).group(group(request)).orElseThrow(() -> unknown(request));
    }

    private static Refusal unknown(Request request) {
        return Refusal.notFound("consumer group", group(request), "GET " + GROUPS);
    }

    private Answer declare(Request request) {
        boolean isNew = consumers(request).group(group(request)).isEmpty();
        if (isNew && request.header("If-Match") != null) {
            throw Refusal.stale("there is no consumer group \"" + group(request) + "\" to be changed");
        }
        ConsumerGroup wanted = request.body(fields -> NewGroupReader.read(group(request), fields));
        bus(request).declare(wanted);
        return Answer.json(isNew ? 201 : 200, found(request));
    }

    private Answer remove(Request request) {
        if (!consumers(request).remove(group(request))) {
            throw unknown(request);
        }
        return Answer.empty(204);
    }

    private Answer seek(Request request) {
        String group = known(request).name();
        bus(request).seek(group, request.body(fields -> NewGroupReader.start("to", fields.text("to", 64), fields)));
        return Answer.json(found(request));
    }

    private ConsumerGroup known(Request request) {
        return consumers(request).group(group(request)).orElseThrow(() -> unknown(request));
    }

    private record Ask(int max, Duration patience) {}

    record Delivered(int attempt, MessageView message) {}

    private record Claimed(@Nullable UUID leaseToken, String ackWithin, List<Delivered> messages) {
        private static Claimed of(Batch batch, Duration ackWithin) {
            return new Claimed(
                    batch.isEmpty() ? null : batch.token(),
                    ackWithin.toString(),
                    batch.messages().stream()
                            .map(message -> new Delivered(message.attempt(), MessageView.of(message)))
                            .toList());
        }
    }

    private Answer claim(Request request) throws InterruptedException {
        ConsumerGroup group = known(request);
        Ask ask = request.body(fields -> new Ask(
                Math.toIntExact(fields.whole("max", 1, OutsideConsumers.MOST, 1)),
                fields.duration("wait", Duration.ZERO, OutsideConsumers.LONGEST_WAIT, Duration.ZERO)));
        Batch batch = taken(request, ask);
        Answer.Whole answer =
                new Answer.Whole(200, Json.MEDIA_TYPE, Json.bytes(Claimed.of(batch, group.ackWithin())), Map.of());
        if (batch.isEmpty()) {
            return answer;
        }
        if (!request.isStillAdmitted()) {
            consumers(request).release(group.name(), batch.token());
            throw Refusal.unauthenticated();
        }
        OutsideConsumers consumers = consumers(request);
        return new Answer.Handed(answer, () -> consumers.release(group.name(), batch.token()));
    }

    private Batch taken(Request request, Ask ask) throws InterruptedException {
        String key = request.caller().key();
        if (!waiting.enter(key)) {
            throw new MainstayException(
                    ErrorCode.TOO_MANY_WAITING,
                    "at most 100 claims of a key and 1000 of all wait at once on a node; claim more messages at once");
        }
        try {
            return consumers(request)
                    .claim(
                            group(request),
                            ask.max(),
                            ask.patience(),
                            () -> streams.isOpen() && request.isCallerThere());
        } finally {
            waiting.leave(key);
        }
    }

    private Answer renew(Request request) {
        String group = known(request).name();
        consumers(request).renew(group, request.body(fields -> fields.uuid("leaseToken")));
        return Answer.empty(204);
    }

    private record Acked(UUID token, List<Long> positions) {}

    private Answer ack(Request request) {
        String group = known(request).name();
        Acked acked = request.body(
                fields -> new Acked(fields.uuid("leaseToken"), fields.wholes("positions", OutsideConsumers.MOST)));
        consumers(request).ack(group, acked.token(), acked.positions());
        return Answer.empty(204);
    }

    private record Failure(
            UUID token,
            long position,
            String error,
            boolean isRetryable,
            @Nullable Duration after) {}

    record Failed(String outcome, @Nullable String again, List<Long> givenBack) {
        static Failed of(OutsideEnd end) {
            return new Failed(
                    end.outcome().name().toLowerCase(Locale.ROOT),
                    Optional.ofNullable(end.again()).map(Duration::toString).orElse(null),
                    end.givenBack());
        }
    }

    private Answer fail(Request request) {
        String group = known(request).name();
        Failure failure = request.body(fields -> new Failure(
                fields.uuid("leaseToken"),
                fields.whole("position", 1),
                fields.text("error", 2_000),
                fields.flag("retryable", true),
                fields.optionalDuration("after", Duration.ZERO, LONGEST_PAUSE)));
        return Answer.json(Failed.of(consumers(request)
                .fail(
                        group,
                        failure.token(),
                        failure.position(),
                        failure.error(),
                        failure.isRetryable(),
                        failure.after())));
    }

    private Answer release(Request request) {
        String group = known(request).name();
        consumers(request).release(group, request.body(fields -> fields.uuid("leaseToken")));
        return Answer.empty(204);
    }
}

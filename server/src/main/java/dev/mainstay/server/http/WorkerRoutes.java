package dev.mainstay.server.http;

import dev.mainstay.server.auth.Access;
import dev.mainstay.server.json.Json;
import dev.mainstay.task.OutsideAsk;
import dev.mainstay.task.OutsideAttempts;
import dev.mainstay.task.OutsideCompletion;
import dev.mainstay.task.OutsideEnd;
import dev.mainstay.task.OutsideLease;
import dev.mainstay.task.OutsideStep;
import dev.mainstay.task.OutsideTask;
import dev.mainstay.task.OutsideWorkers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Workers in any language: they claim tasks, and say in one call each how far those are and how they ended.
/// Thread-safe.
final class WorkerRoutes {
    private static final String PATH = "/api/v1/workers/";
    private static final Pattern NAME = ReportReader.ID;
    private static final int MOST_TYPES = 100;
    private static final int MOST_CHILDREN = 1_000;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_MESSAGE = 1_000;
    private static final int LAST_POSITION = 99_999;
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofDays(365);

    private final OutsideWorkers workers;
    private final OutsideAttempts attempts;

    WorkerRoutes(OutsideWorkers workers) {
        this.workers = workers;
        this.attempts = workers.attempts();
    }

    List<Route> routes() {
        return List.of(
                Route.post(PATH + "claim", Access.AGENT, this::claim),
                Route.post(PATH + "renew", Access.AGENT, this::renew),
                Route.post(PATH + "progress", Access.AGENT, this::progress),
                Route.post(PATH + "step", Access.AGENT, this::step),
                Route.post(PATH + "sleep", Access.AGENT, this::sleep),
                Route.post(PATH + "await", Access.AGENT, this::await),
                Route.post(PATH + "complete", Access.AGENT, this::complete),
                Route.post(PATH + "completions", Access.AGENT, this::completions),
                Route.post(PATH + "fail", Access.AGENT, this::fail),
                Route.post(PATH + "snooze", Access.AGENT, this::snooze),
                Route.post(PATH + "release", Access.AGENT, this::release));
    }

    private Answer claim(Request request) throws InterruptedException {
        OutsideAsk ask = request.body(fields -> ask(request, fields));
        List<OutsideTask> tasks = workers.claim(ask, request::isCallerThere);
        Answer.Whole answer = new Answer.Whole(
                200, Json.MEDIA_TYPE, Json.bytes(WorkerViews.Claimed.of(tasks, ask.lease())), Map.of());
        if (tasks.isEmpty()) {
            return answer;
        }
        if (!request.isStillAdmitted()) {
            attempts.giveBack(ask.organization(), tasks);
            throw Refusal.unauthenticated();
        }
        return new Answer.Handed(answer, () -> attempts.giveBack(ask.organization(), tasks));
    }

    private static OutsideAsk ask(Request request, Fields fields) {
        List<String> types = fields.matching("types", MOST_TYPES, NAME);
        if (types.isEmpty()) {
            fields.error("types", "must name at least one type of task");
        }
        return new OutsideAsk(
                request.organization(),
                request.caller().key(),
                worker(request, fields),
                types.isEmpty() ? List.of("none") : types,
                fields.matching("queues", MOST_TYPES, NAME),
                Math.toIntExact(fields.whole("max", 1, OutsideAsk.MOST, 1)),
                fields.duration("lease", OutsideAsk.SHORTEST_LEASE, OutsideAsk.LONGEST_LEASE, LEASE),
                fields.duration(
                        "deadline", OutsideAsk.SHORTEST_DEADLINE, OutsideAsk.LONGEST_DEADLINE, OutsideAsk.DEADLINE),
                fields.duration("wait", Duration.ZERO, OutsideAsk.LONGEST_WAIT, Duration.ZERO));
    }

    private static String worker(Request request, Fields fields) {
        String given = fields.optionalText("worker", LONGEST_NAME);
        if (given != null && given.isBlank()) {
            fields.error("worker", "must not be empty");
        }
        return given == null ? request.caller().name() : given;
    }

    private static OutsideLease lease(Request request, Fields fields) {
        return new OutsideLease(
                request.organization(), fields.uuid("task"), fields.uuid("leaseToken"), fields.whole("fence", 1));
    }

    private static @Nullable Duration newLease(Fields fields) {
        return fields.optionalDuration("lease", OutsideAsk.SHORTEST_LEASE, OutsideAsk.LONGEST_LEASE);
    }

    private record Renewal(OutsideLease of, Duration lease) {}

    private Answer renew(Request request) {
        Renewal asked = request.body(fields -> {
            Duration lease = newLease(fields);
            return new Renewal(lease(request, fields), lease == null ? LEASE : lease);
        });
        return Answer.json(WorkerViews.Renewed.of(attempts.renew(asked.of(), asked.lease())));
    }

    private record Progress(
            OutsideLease of,
            double fraction,
            @Nullable String message,
            @Nullable Duration lease) {}

    private Answer progress(Request request) {
        Progress told = request.body(fields -> new Progress(
                lease(request, fields),
                fields.number("fraction", 0, 1),
                fields.optionalText("message", LONGEST_MESSAGE),
                newLease(fields)));
        return Answer.json(
                WorkerViews.Renewed.of(attempts.progress(told.of(), told.fraction(), told.message(), told.lease())));
    }

    /// Where a step stands.
    private record Place(OutsideLease of, int position, String name) {}

    private static Place place(Request request, Fields fields) {
        return new Place(lease(request, fields), position(fields), fields.text("name", LONGEST_NAME));
    }

    private static int position(Fields fields) {
        long position = fields.whole("position", 0);
        if (position > LAST_POSITION) {
            fields.error("position", "must be at most " + LAST_POSITION);
        }
        return (int) Math.min(position, LAST_POSITION);
    }

    private record Result(Place at, @Nullable Object value) {}

    private Answer step(Request request) {
        Result done = request.body(fields -> new Result(place(request, fields), fields.any("result")));
        Place at = done.at();
        return stepped(attempts.step(at.of(), at.position(), at.name(), done.value()));
    }

    private static Answer stepped(OutsideStep step) {
        return Answer.json(WorkerViews.Stepped.of(step));
    }

    private record Nap(Place at, Duration duration) {}

    private Answer sleep(Request request) {
        Nap nap = request.body(
                fields -> new Nap(place(request, fields), fields.duration("duration", Duration.ZERO, LONGEST_PAUSE)));
        return stepped(
                attempts.sleep(nap.at().of(), nap.at().position(), nap.at().name(), nap.duration()));
    }

    private enum Awaited {
        SIGNAL,
        APPROVAL,
        ALL,
        ANY;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record Wait(
            Place at,
            Awaited what,
            List<UUID> children,
            @Nullable Duration atMost) {}

    private Answer await(Request request) {
        Wait wait = request.body(fields -> wait(request, fields));
        Place at = wait.at();
        return stepped(
                switch (wait.what()) {
                    case SIGNAL -> attempts.await(at.of(), at.position(), at.name(), false, wait.atMost());
                    case APPROVAL -> attempts.await(at.of(), at.position(), at.name(), true, wait.atMost());
                    case ALL -> attempts.awaitChildren(at.of(), at.position(), at.name(), wait.children(), true);
                    case ANY -> attempts.awaitChildren(at.of(), at.position(), at.name(), wait.children(), false);
                });
    }

    private static Wait wait(Request request, Fields fields) {
        Wait wait = new Wait(
                place(request, fields),
                fields.oneOf("for", Awaited.values(), Awaited::word),
                fields.uuids("children", MOST_CHILDREN),
                fields.optionalDuration("atMost", Duration.ofMillis(1), LONGEST_PAUSE));
        boolean isForChildren = wait.what() == Awaited.ALL || wait.what() == Awaited.ANY;
        if (isForChildren && wait.atMost() != null) {
            fields.error("atMost", "bounds the wait for a signal or an approval; children are awaited until they end");
        }
        if (!isForChildren && !wait.children().isEmpty()) {
            fields.error("children", "are awaited with \"for\": \"all\" or \"any\"");
        }
        return wait;
    }

    private static OutsideCompletion completion(Request request, Fields fields) {
        return OutsideCompletion.of(lease(request, fields), fields.any("result"));
    }

    private Answer complete(Request request) {
        return ended(attempts.complete(request.body(fields -> completion(request, fields))));
    }

    private static Answer ended(OutsideEnd end) {
        return Answer.json(WorkerViews.Ended.of(end));
    }

    private Answer completions(Request request) {
        List<OutsideCompletion> all =
                request.body(fields -> fields.objects("tasks", OutsideAsk.MOST, each -> completion(request, each)));
        List<Optional<OutsideEnd>> ends = attempts.complete(request.organization(), all);
        return Answer.json(new WorkerViews.Completed(IntStream.range(0, all.size())
                .mapToObj(i -> WorkerViews.Completion.of(all.get(i).lease().task(), ends.get(i)))
                .toList()));
    }

    private record Failure(
            OutsideLease of,
            String error,
            boolean isRetryable,
            @Nullable Duration after) {}

    private Answer fail(Request request) {
        Failure told = request.body(fields -> new Failure(
                lease(request, fields),
                fields.anyText("error"),
                fields.flag("retryable", true),
                fields.optionalDuration("after", Duration.ZERO, LONGEST_PAUSE)));
        return ended(attempts.fail(told.of(), told.error(), told.isRetryable(), told.after()));
    }

    private record Snooze(OutsideLease of, Duration after) {}

    private Answer snooze(Request request) {
        Snooze asked = request.body(
                fields -> new Snooze(lease(request, fields), fields.duration("after", Duration.ZERO, LONGEST_PAUSE)));
        return ended(attempts.snooze(asked.of(), asked.after()));
    }

    private Answer release(Request request) {
        return ended(attempts.release(request.body(fields -> lease(request, fields))));
    }
}

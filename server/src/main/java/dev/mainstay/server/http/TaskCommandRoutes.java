package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import dev.mainstay.task.Cancelled;
import dev.mainstay.task.Enqueued;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.Retried;
import dev.mainstay.task.Signalled;
import dev.mainstay.task.TaskDesk;
import dev.mainstay.task.TaskDesks;
import dev.mainstay.task.TaskDetail;
import dev.mainstay.task.TaskQueries;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Enqueues tasks, and does what people ask of one. Thread-safe.
final class TaskCommandRoutes {
    private static final int MOST = 1_000;
    private static final int LONGEST_KEY = 200;
    private static final Duration KEPT = Duration.ofDays(1);

    private final Database database;
    private final TaskDesks desks;

    TaskCommandRoutes(Database database, TaskDesks desks) {
        this.database = database;
        this.desks = desks;
    }

    List<Route> routes() {
        return List.of(
                Route.post(TaskRoutes.TASKS, Access.OPERATOR, this::enqueue),
                Route.post(TaskRoutes.TASK + "/cancel", Access.OPERATOR, this::cancel),
                Route.post(TaskRoutes.TASK + "/retry", Access.OPERATOR, this::retry),
                Route.post(TaskRoutes.TASK + "/redrive", Access.OPERATOR, this::redrive),
                Route.post(TaskRoutes.TASK + "/signal", Access.OPERATOR, this::signal),
                Route.post(TaskRoutes.TASK + "/approve", Access.OPERATOR, this::approve),
                Route.post(TaskRoutes.TASK + "/fork", Access.OPERATOR, this::fork));
    }

    private TaskDesk desk(Request request) {
        return desks.of(request.organization(), request.caller().actor());
    }

    /// @param isNew false when it was there already, by its key
    private record Added(UUID id, boolean isNew) {}

    private Answer enqueue(Request request) {
        JsonNode body = request.json();
        List<NewTask> tasks = idempotent(request, NewTaskReader.all(body, MOST));
        List<Enqueued> enqueued = desk(request).enqueueAll(tasks);
        if (request.header("Idempotency-Key") != null) {
            requireSame(request, tasks, enqueued);
        }
        List<Added> added = enqueued.stream()
                .map(each -> new Added(each.id(), each.isNew()))
                .toList();
        int status = added.stream().anyMatch(Added::isNew) ? 201 : 200;
        if (body.has("tasks")) {
            return Answer.json(status, Page.whole(added));
        }
        Added one = added.getFirst();
        return Answer.json(status, one).with("Location", TaskRoutes.TASKS + "/" + one.id());
    }

    /// A request that is sent again within a day finds the tasks it made: its key becomes their unique key.
    private static List<NewTask> idempotent(Request request, List<NewTask> tasks) {
        String key = request.header("Idempotency-Key");
        if (key == null) {
            return tasks;
        }
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw Refusal.parameter("Idempotency-Key", "must have 1 to " + LONGEST_KEY + " characters");
        }
        if (tasks.stream().anyMatch(task -> task.uniqueKey() != null)) {
            throw Refusal.parameter("Idempotency-Key", "must not be given together with a uniqueKey");
        }
        String prefix = request.caller().key() + " " + key + " ";
        return IntStream.range(0, tasks.size())
                .mapToObj(place -> tasks.get(place).sentOnce(prefix + place, KEPT))
                .toList();
    }

    private void requireSame(Request request, List<NewTask> tasks, List<Enqueued> enqueued) {
        for (int i = 0; i < tasks.size(); i++) {
            boolean isSame = enqueued.get(i).isNew()
                    || TaskQueries.hasPayload(
                            database.api(request.organization()),
                            enqueued.get(i).id(),
                            tasks.get(i).payload());
            if (!isSame) {
                throw Refusal.conflict(
                        "IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key came with another payload before");
            }
        }
    }

    private record Commanded(UUID id, String outcome) {
        static Commanded of(UUID id, Enum<?> outcome) {
            return new Commanded(id, outcome.name().toLowerCase(Locale.ROOT));
        }
    }

    private Answer cancel(Request request) {
        UUID id = TaskRoutes.id(request);
        Cancelled was = desk(request).cancel(id, request.body(Bodies::reason));
        return switch (was) {
            case ENDED, ASKED -> Answer.json(Commanded.of(id, was));
            case OVER -> throw over(id);
            case UNKNOWN -> throw TaskRoutes.notFound(id.toString());
        };
    }

    private Answer retry(Request request) {
        UUID id = TaskRoutes.id(request);
        Retried was = desk(request).retry(id, request.body(Bodies::reason));
        return switch (was) {
            case REDRIVEN, SOONER -> Answer.json(Commanded.of(id, was));
            case OPEN ->
                throw Refusal.conflict(
                        "TASK_STATE", "task " + id + " is open and waits for nothing that can be hurried");
            case OVER ->
                throw Refusal.conflict(
                        "TASK_OVER",
                        "task " + id + " has ended and is no dead letter; fork it to do its work once more");
            case HELD -> throw held(id);
            case STUCK -> throw stuck(id);
            case UNKNOWN -> throw TaskRoutes.notFound(id.toString());
        };
    }

    private static Refusal held(UUID id) {
        return Refusal.conflict(
                "TASK_STATE",
                "another task holds the unique key of task " + id + " by now; redrive it once that one has ended, or"
                        + " fork it, which takes no key");
    }

    private static Refusal stuck(UUID id) {
        return Refusal.conflict(
                "TASK_LINK",
                "task " + id + " would stand in line behind one that cannot go on before its parent has ended, which"
                        + " waits for it; redrive it once that one has ended, or fork it, which stands in no line");
    }

    private static Refusal over(UUID id) {
        return Refusal.conflict("TASK_OVER", "task " + id + " has ended; nothing was changed");
    }

    private record Redrive(String reason, @Nullable JsonNode payload) {}

    private Answer redrive(Request request) {
        UUID id = TaskRoutes.id(request);
        Redrive asked = request.body(fields -> new Redrive(Bodies.reason(fields), fields.any("payload")));
        Retried was = desk(request).redrive(id, asked.payload, asked.reason);
        return switch (was) {
            case REDRIVEN, SOONER -> Answer.json(Commanded.of(id, was));
            case OPEN, OVER ->
                throw Refusal.conflict("TASK_STATE", "task " + id + " is no dead letter; nothing was changed");
            case HELD -> throw held(id);
            case STUCK -> throw stuck(id);
            case UNKNOWN -> throw TaskRoutes.notFound(id.toString());
        };
    }

    private TaskDetail known(Request request, UUID id) {
        return TaskQueries.find(database.api(request.organization()), id)
                .orElseThrow(() -> TaskRoutes.notFound(id.toString()));
    }

    private record Signal(String name, @Nullable JsonNode value) {}

    private Answer signal(Request request) {
        UUID id = TaskRoutes.id(request);
        known(request, id);
        Signal sent =
                request.body(fields -> new Signal(fields.text("name", NewTaskReader.LONGEST_KEY), fields.any("value")));
        return signalled(id, desk(request).signal(id, sent.name, sent.value));
    }

    private static Answer signalled(UUID id, Signalled was) {
        return switch (was) {
            case TAKEN, KEPT -> Answer.json(Commanded.of(id, was));
            case OVER -> throw over(id);
            case UNKNOWN -> throw TaskRoutes.notFound(id.toString());
        };
    }

    private record Decision(@Nullable String name, boolean isApproved, String reason) {}

    private Answer approve(Request request) {
        UUID id = TaskRoutes.id(request);
        TaskDetail task = known(request, id);
        Decision decision = request.body(fields -> new Decision(
                fields.optionalText("name", NewTaskReader.LONGEST_KEY),
                fields.flag("approved", true),
                Bodies.reason(fields)));
        String name = decision.name == null ? awaited(task) : decision.name;
        return signalled(id, desk(request).decide(id, name, decision.isApproved, decision.reason));
    }

    /// The approval a task waits for.
    private static String awaited(TaskDetail task) {
        if (!task.task().state().equals("open")) {
            throw over(task.task().id());
        }
        return Optional.ofNullable(task.waiting())
                .filter(wait -> wait.kind().equals("approval"))
                .map(TaskDetail.Wait::name)
                .orElseThrow(() -> Refusal.conflict(
                        "TASK_STATE",
                        "task " + task.task().id()
                                + " waits for no approval at the moment; name the one this is for to decide ahead"));
    }

    private record Fork(int steps, @Nullable JsonNode payload, String reason) {}

    private Answer fork(Request request) {
        UUID id = TaskRoutes.id(request);
        TaskDetail origin = known(request, id);
        Fork asked = request.body(fields -> new Fork(
                Math.toIntExact(fields.whole("steps", 0, origin.steps(), 0)),
                fields.any("payload"),
                Bodies.reason(fields)));
        UUID fresh = desk(request)
                .fork(id, asked.steps, asked.payload, asked.reason)
                .orElseThrow(() -> TaskRoutes.notFound(id.toString()));
        return Answer.json(201, new Added(fresh, true)).with("Location", TaskRoutes.TASKS + "/" + fresh);
    }
}

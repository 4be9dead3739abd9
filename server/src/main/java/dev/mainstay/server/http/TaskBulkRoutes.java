package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import dev.mainstay.task.TaskBulk;
import dev.mainstay.task.TaskDesks;
import dev.mainstay.task.TaskFilter;
import dev.mainstay.task.TaskPlace;
import dev.mainstay.task.TaskState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/// One command to all tasks a filter means, or only their number. Thread-safe.
final class TaskBulkRoutes {
    private static final String LIST = "bulk";

    private final Database database;
    private final TaskDesks desks;

    TaskBulkRoutes(Database database, TaskDesks desks) {
        this.database = database;
        this.desks = desks;
    }

    List<Route> routes() {
        return List.of(
                Route.post(
                        TaskRoutes.TASKS + "/cancel",
                        Access.OPERATOR,
                        request -> run(request, TaskBulk.Command.CANCEL)),
                Route.post(
                        TaskRoutes.TASKS + "/retry", Access.OPERATOR, request -> run(request, TaskBulk.Command.RETRY)));
    }

    private record Asked(
            TaskFilter filter,
            String reason,
            boolean isPreview,
            @Nullable String cursor) {}

    /// @param matched how many tasks were meant by this request
    /// @param changed how many it changed
    /// @param next give it back as `cursor` to go on; null when all is done
    private record Told(
            boolean preview,
            long matched,
            long changed,
            @Nullable String next) {
        static Told of(boolean isPreview, TaskBulk.Progress progress) {
            UUID next = progress.next();
            return new Told(
                    isPreview, progress.matched(), progress.changed(), next == null ? null : Cursor.of(LIST, next));
        }
    }

    private Answer run(Request request, TaskBulk.Command command) {
        Asked asked = request.body(fields -> asked(fields, command));
        TaskRoutes.requireQueue(database.api(request.organization()), asked.filter);
        return run(desks, request, command, asked.filter, asked.reason, asked.isPreview, asked.cursor);
    }

    static Answer run(
            TaskDesks desks,
            Request request,
            TaskBulk.Command command,
            TaskFilter filter,
            String reason,
            boolean isPreview,
            @Nullable String cursor) {
        UUID from = Optional.ofNullable(cursor)
                .map(text -> Cursor.parse(text, LIST, 1, parts -> UUID.fromString(parts.getFirst())))
                .orElse(null);
        TaskBulk bulk =
                desks.of(request.organization(), request.caller().actor()).bulk(command, filter, reason);
        return Answer.json(Told.of(isPreview, isPreview ? bulk.preview(from) : bulk.run(from)));
    }

    private static Asked asked(Fields fields, TaskBulk.Command command) {
        return new Asked(
                fields.object("filter", given -> filter(given, command), JsonNodeFactory.instance.objectNode()),
                Bodies.reason(fields),
                fields.flag("preview", false),
                fields.optionalText("cursor", 500));
    }

    private static TaskFilter filter(Fields fields, TaskBulk.Command command) {
        TaskFilter filter = TaskFilters.of(fields);
        boolean isCancel = command == TaskBulk.Command.CANCEL;
        Set<TaskState> states = isCancel ? Set.of(TaskState.OPEN) : Set.of(TaskState.DEAD);
        if (!states.containsAll(filter.states())) {
            fields.error("state", isCancel ? "must be open, for others have ended" : "must be dead, or place delayed");
        }
        if (!isCancel && !Set.of(TaskPlace.DELAYED).containsAll(filter.places())) {
            fields.error("place", "must be delayed: only what waits for its time can be hurried");
        }
        if (filter.equals(TaskFilter.ALL)) {
            fields.error("state", "or another part of the filter must be given; all tasks at once are not meant");
        }
        return filter;
    }
}

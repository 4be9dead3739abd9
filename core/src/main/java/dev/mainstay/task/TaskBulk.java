package dev.mainstay.task;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.OrganizationDatabase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// One command to all tasks a filter means, the newest first: in batches that each commit by themselves and keep an
/// event, for a bounded time. What is left is done by going on where it stopped. Tasks that are enqueued meanwhile are
/// newer than where it began, and left alone. Thread-safe.
public final class TaskBulk {
    private static final int BATCH = 500;
    private static final int PREVIEW_BATCH = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// What can be asked of many.
    public enum Command {
        CANCEL,
        /// Of dead letters and of those that wait for their time.
        RETRY;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// How far it got.
    ///
    /// @param matched how many tasks were meant
    /// @param changed how many of them the command changed; others had ended or begun meanwhile
    /// @param next where to go on; null when all is done
    public record Progress(
            long matched, long changed, @Nullable UUID next) {}

    private final OrganizationDatabase database;
    private final MonotonicClock clock;
    private final Command command;
    private final TaskFilter filter;
    private final String reason;
    private final String actor;
    private final Runnable claimable;

    TaskBulk(
            OrganizationDatabase database,
            MonotonicClock clock,
            Command command,
            TaskFilter filter,
            String reason,
            String actor,
            Runnable claimable) {
        this.database = database;
        this.clock = clock;
        this.command = command;
        this.filter = command == Command.CANCEL ? filter.thatCanBeCancelled() : filter.thatCanBeRetried();
        this.reason = reason;
        this.actor = actor;
        this.claimable = claimable;
    }

    /// Counts what would be changed, and changes nothing.
    public Progress preview(@Nullable UUID from) {
        return run(from, PREVIEW_BATCH, found -> 0);
    }

    public Progress run(@Nullable UUID from) {
        Progress done = run(from, BATCH, this::change);
        if (command == Command.RETRY && done.changed() > 0) {
            claimable.run();
        }
        return done;
    }

    private interface Change {
        long of(TaskSearch.Found found);
    }

    private Progress run(@Nullable UUID from, int batch, Change change) {
        TaskSearch search = new TaskSearch(database, clock);
        long end = clock.nanos() + PATIENCE.toNanos();
        long matched = 0;
        long changed = 0;
        UUID next = from;
        do {
            TaskSearch.Found found = search.find(filter, next, batch);
            matched += found.ids().size();
            changed += found.ids().isEmpty() ? 0 : change.of(found);
            next = found.next();
        } while (next != null && clock.nanos() < end);
        return new Progress(matched, changed, next);
    }

    private long change(TaskSearch.Found found) {
        return BoundedWrite.of(database, handle -> {
            long changed = give(handle, found);
            if (changed > 0) {
                TaskCommands.event(handle, database.organization(), "task.commanded", reason, detail(changed));
            }
            return changed;
        });
    }

    private long give(Handle handle, TaskSearch.Found found) {
        return switch (command) {
            case CANCEL -> TaskCommands.cancelAll(handle, database.organization(), found.ids(), reason);
            case RETRY -> TaskCommands.retryAll(handle, database.organization(), found.ids());
        };
    }

    private Map<String, Object> detail(long changed) {
        Map<String, Object> detail = new HashMap<>();
        detail.put("command", command.word());
        detail.put("tasks", changed);
        detail.put("filter", filter.described());
        detail.put("actor", actor);
        return detail;
    }
}

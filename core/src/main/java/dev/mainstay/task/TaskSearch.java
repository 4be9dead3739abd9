package dev.mainstay.task;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.OrganizationDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Looks for tasks, the newest first. Thread-safe.
///
/// A search costs a bounded time, however many tasks there are: it looks at one run of tasks after another in the order
/// of their identifiers, and stops when the page is full or the time is over; then the page may hold less than was
/// asked for, even nothing, and the next one goes on from there. Where a small table knows the candidates (those of one
/// place, the dead letters, the children of a task) only these are looked at. No index is kept for it that an ordinary
/// task would have to pay for.
public final class TaskSearch {
    private static final Duration PATIENCE = Duration.ofMillis(600);
    private static final int FIRST_RUN = 2_000;
    private static final int RUN = 20_000;
    /// Payloads are taken apart for a text, which costs more.
    private static final int TEXT_RUN = 5_000;
    private static final UUID AFTER_ALL = new UUID(-1, -1);

    private final OrganizationDatabase database;
    private final MonotonicClock clock;

    public TaskSearch(OrganizationDatabase database, MonotonicClock clock) {
        this.database = database;
        this.clock = clock;
    }

    /// Up to `limit` tasks.
    ///
    /// @param next where the page before said that this one begins
    public TaskPage page(TaskFilter filter, @Nullable UUID next, int limit) {
        Found found = find(filter, next, limit);
        return new TaskPage(TaskRows.byId(database, found.ids()), found.next(), found.searchedTo());
    }

    /// Their identifiers alone.
    Found find(TaskFilter filter, @Nullable UUID next, int limit) {
        Lanes lanes = Lanes.of(database, filter);
        if (filter.isEmpty() || lanes.isNone()) {
            return new Found(List.of(), null, null);
        }
        return find(new Candidates(filter, lanes, database), before(filter, next), limit);
    }

    /// @param searchedTo set when the time was over before so many were found
    record Found(
            List<UUID> ids, @Nullable UUID next, @Nullable Instant searchedTo) {}

    private static UUID before(TaskFilter filter, @Nullable UUID next) {
        Instant to = filter.to();
        UUID end = to == null ? AFTER_ALL : TaskId.firstAt(to);
        // As PostgreSQL compares them: byte by byte.
        return next != null && next.toString().compareTo(end.toString()) < 0 ? next : end;
    }

    private Found find(Candidates candidates, UUID begin, int limit) {
        List<UUID> ids = new ArrayList<>();
        long end = clock.nanos() + PATIENCE.toNanos();
        int length = FIRST_RUN;
        UUID before = begin;
        while (true) {
            Run run = candidates.run(before, length, limit + 1 - ids.size());
            ids.addAll(run.ids());
            if (ids.size() > limit) {
                return new Found(ids.subList(0, limit), ids.get(limit - 1), null);
            }
            UUID last = run.last();
            if (last == null) {
                return new Found(ids, null, null);
            }
            if (clock.nanos() >= end) {
                return new Found(ids, last, TaskId.moment(last));
            }
            before = last;
            length = candidates.isOfText() ? TEXT_RUN : RUN;
        }
    }

    /// @param last the last one looked at; null when there are no more
    record Run(List<UUID> ids, @Nullable UUID last) {
        static final Run NONE = new Run(List.of(), null);
    }
}

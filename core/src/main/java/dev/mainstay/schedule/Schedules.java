package dev.mainstay.schedule;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.postgres.Signals;
import dev.mainstay.task.TaskTopics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The schedules of an organization: made, changed, commanded and read. All as a request of that organization, under
/// row-level security. Thread-safe.
public final class Schedules {
    /// So many moments a back-fill takes at once.
    public static final int MOST_BACKFILLED = 5_000;

    /// What nodes say to each other when a schedule may be due at another time.
    public static final String TOPIC = "schedules";

    private final OrganizationDatabase database;
    private final ScheduleStore store;
    private final String actor;
    private final Told told;

    /// Who must look when something was changed.
    ///
    /// @param schedules called when a schedule may be due at another time
    /// @param tasks called when a task was enqueued
    public record Told(Runnable schedules, Runnable tasks) {
        /// All nodes, by signals; nobody without them, so that they look within a second.
        public static Told by(@Nullable Signals signals) {
            return new Told(() -> say(signals, TOPIC), () -> say(signals, TaskTopics.CLAIMABLE));
        }

        private static void say(@Nullable Signals signals, String topic) {
            if (signals != null) {
                signals.notify(topic);
            }
        }
    }

    private Schedules(OrganizationDatabase database, String actor, Told told) {
        this.database = database;
        this.store = new ScheduleStore(database.organization());
        this.actor = actor;
        this.told = told;
    }

    /// The schedules of `organization`.
    ///
    /// @param actor who does what is done here, for events
    public static Schedules of(Database database, UUID organization, String actor, Told told) {
        return new Schedules(database.api(organization), actor, told);
    }

    /// The same, done by another.
    public Schedules as(String newActor) {
        return new Schedules(database, newActor, told);
    }

    /// A new schedule.
    ///
    /// @throws MainstayException `SCHEDULE_EXISTS` when one of its name is there
    /// @throws IllegalArgumentException when it has no moment left
    public Schedule create(NewSchedule plan) {
        Schedule made = database.write(handle -> created(handle, plan));
        told.schedules().run();
        return made;
    }

    private Schedule created(Handle handle, NewSchedule plan) {
        Instant next = requireNext(plan, ScheduleStore.now(handle));
        Schedule made = store.insert(handle, plan, ScheduleSource.API, null, next)
                .orElseThrow(() -> new MainstayException(
                        ErrorCode.SCHEDULE_EXISTS, "a schedule \"" + plan.name() + "\" is there already"));
        event(handle, "schedule.created", plan.timing().inWords(), plan.name());
        return made;
    }

    private static Instant requireNext(NewSchedule plan, Instant now) {
        return plan.next(now)
                .orElseThrow(() -> new IllegalArgumentException("the schedule never fires: "
                        + plan.timing().inWords() + " has no moment after now, which is " + now));
    }

    private void event(Handle handle, String type, String cause, String name) {
        store.tell(handle, type, cause, Map.of("schedule", name, "actor", actor));
    }

    /// Makes the schedule of that name what `plan` says, or a new one. Moments that stay the same stay due, and what is
    /// paused stays paused.
    ///
    /// @param version the version it must have; null for any
    /// @throws MainstayException `SCHEDULE_DECLARED` when code or a file says what it is,
    ///     `SCHEDULE_CONFLICT` when it has another version
    public Schedule put(NewSchedule plan, @Nullable Long version) {
        Schedule made = database.write(handle -> {
            Optional<Schedule> former = store.locked(handle, plan.name());
            requireVersion(plan.name(), version, former);
            return former.isEmpty() ? created(handle, plan) : changed(handle, former.get(), plan);
        });
        told.schedules().run();
        return made;
    }

    private static void requireVersion(String name, @Nullable Long version, Optional<Schedule> former) {
        if (version != null
                && former.map(Schedule::version).filter(version::equals).isEmpty()) {
            throw new MainstayException(
                    ErrorCode.SCHEDULE_CONFLICT,
                    former.map(there -> "schedule \"" + name + "\" is at version " + there.version() + " now")
                            .orElse("there is no schedule \"" + name + "\""));
        }
    }

    private Schedule changed(Handle handle, Schedule former, NewSchedule plan) {
        requireOwn(handle, former, "change");
        if (!former.undeclared() && former.plan().equals(plan)) {
            return former; // nothing to do, and nothing that somebody else would have to read anew
        }
        Instant now = ScheduleStore.now(handle);
        boolean isDueAnew = former.undeclared() || !plan.hasMomentsOf(former.plan());
        Instant next = isDueAnew ? requireNext(plan, now) : former.nextAt();
        event(handle, "schedule.updated", plan.timing().inWords(), plan.name());
        return store.update(handle, plan, ScheduleSource.API, null, next);
    }

    /// What a node declares that is gone is anybody's: where nodes get new names with each start,
    /// nobody would retire it.
    private static void requireOwn(Handle handle, Schedule schedule, String what) {
        if (schedule.source() != ScheduleSource.API
                && !schedule.undeclared()
                && ScheduleStore.isAlive(handle, schedule.declaredBy())) {
            throw new MainstayException(
                    ErrorCode.SCHEDULE_DECLARED,
                    "schedule \"" + schedule.name() + "\" is declared by the "
                            + (schedule.source() == ScheduleSource.FILE ? "settings" : "program") + " of node "
                            + schedule.declaredBy() + "; " + what + " it there, or pause it");
        }
    }

    public Optional<Schedule> find(String name) {
        return ScheduleSearch.find(database, name).map(ScheduleView::schedule);
    }

    /// All of them, by name.
    public List<Schedule> all() {
        return ScheduleSearch.list(database, Optional.empty(), Optional.empty(), "", Integer.MAX_VALUE).stream()
                .map(ScheduleView::schedule)
                .toList();
    }

    /// It fires no more until it is resumed; its tasks go on. Moments that pass meanwhile are not made up for.
    public Schedule pause(String name, String reason) {
        return database.write(handle -> {
            Schedule known = store.known(handle, name);
            if (known.paused()) {
                return known;
            }
            event(handle, "schedule.paused", reason, name);
            return store.pause(handle, name, reason, null);
        });
    }

    /// It fires again, from its next moment on.
    public Schedule resume(String name, String reason) {
        Schedule resumed = database.write(handle -> {
            Schedule known = store.known(handle, name);
            if (!known.paused()) {
                return known;
            }
            event(handle, "schedule.resumed", reason, name);
            Instant next = known.plan().next(ScheduleStore.now(handle)).orElse(null);
            return store.pause(handle, name, null, known.undeclared() ? null : next);
        });
        told.schedules().run();
        return resumed;
    }

    /// It is gone; its tasks go on. One that code or a file declares is not deleted here.
    public void delete(String name, String reason) {
        database.write(handle -> {
            requireOwn(handle, store.known(handle, name), "delete");
            store.delete(handle, name);
            event(handle, "schedule.deleted", reason, name);
            return name;
        });
    }

    /// Fires now, beside its moments, also while it is paused.
    ///
    /// @param overlap another policy for this fire; null for the schedule's own
    public Fire run(String name, @Nullable OverlapPolicy overlap) {
        Fire fire = database.write(handle -> {
            Schedule known = store.known(handle, name);
            Instant now = ScheduleStore.now(handle);
            FireStore.Fired fired = FireStore.fire(handle, known, List.of(now), FireCause.MANUAL, actor, overlap)
                    .getFirst();
            String state = fired.task() == null ? null : "open";
            return new Fire(now, now, FireCause.MANUAL, fired.outcome(), fired.task(), state, actor);
        });
        told.tasks().run();
        return fire;
    }

    /// What [#backfill] would do.
    public Backfill previewBackfill(String name, Instant from, Instant to) {
        return database.write(handle -> {
            Schedule known = store.known(handle, name);
            List<Instant> moments = past(known, from, to, ScheduleStore.now(handle));
            return backfill(moments, FireStore.count(handle, known, moments), 0, 0);
        });
    }

    /// Fires the moments of a past time, from `from` to before `to`, that have had no task; so doing it again changes
    /// nothing. Their tasks run one after the other, in order, unless the schedule lets its tasks overlap.
    ///
    /// @param overlap another policy; null for that
    /// @throws IllegalArgumentException when the time is not past, or empty
    /// @throws MainstayException `SCHEDULE_TOO_MANY` when it has more than [#MOST_BACKFILLED] moments
    public Backfill backfill(String name, Instant from, Instant to, @Nullable OverlapPolicy overlap) {
        Backfill done = database.write(handle -> {
            Schedule known = store.known(handle, name);
            List<Instant> moments = past(known, from, to, ScheduleStore.now(handle));
            OverlapPolicy policy = overlap != null
                    ? overlap
                    : known.plan().overlap() == OverlapPolicy.ALLOW_ALL
                            ? OverlapPolicy.ALLOW_ALL
                            : OverlapPolicy.BUFFER_ALL;
            List<FireStore.Fired> fired = FireStore.fire(handle, known, moments, FireCause.BACKFILL, actor, policy);
            Backfill result = backfill(
                    moments,
                    count(fired, FireOutcome.ALREADY),
                    count(fired, FireOutcome.ENQUEUED),
                    count(fired, FireOutcome.SKIPPED));
            event(handle, "schedule.backfilled", result.enqueued() + " tasks from " + from + " to " + to, name);
            return result;
        });
        told.tasks().run();
        return done;
    }

    private static Backfill backfill(List<Instant> moments, int already, int enqueued, int skipped) {
        return new Backfill(
                moments.size(),
                already,
                enqueued,
                skipped,
                moments.isEmpty() ? null : moments.getFirst(),
                moments.isEmpty() ? null : moments.getLast());
    }

    private static int count(List<FireStore.Fired> fired, FireOutcome outcome) {
        return (int) fired.stream().filter(each -> each.outcome() == outcome).count();
    }

    private static List<Instant> past(Schedule schedule, Instant from, Instant to, Instant now) {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("to must be after from (" + from + "), was " + to);
        }
        if (to.isAfter(now)) {
            throw new IllegalArgumentException(
                    "to must not be in the future, where the schedule fires by itself; was " + to + ", now is " + now);
        }
        List<Instant> moments = new ArrayList<>();
        Optional<Instant> moment = schedule.plan().next(NewSchedule.justBefore(from));
        while (moment.isPresent() && moment.get().isBefore(to)) {
            moments.add(moment.get());
            if (moments.size() > MOST_BACKFILLED) {
                throw new MainstayException(
                        ErrorCode.SCHEDULE_TOO_MANY,
                        "schedule \"" + schedule.name() + "\" has more than " + MOST_BACKFILLED + " moments from "
                                + from + " to " + to + "; take a shorter time");
            }
            moment = schedule.plan().next(moment.get());
        }
        return moments;
    }

    /// The next moments from now on, at most `count`, whether it is paused or not.
    public List<Instant> next(String name, int count) {
        return database.write(handle -> {
            NewSchedule plan = store.find(handle, name)
                    .orElseThrow(() -> ScheduleStore.unknown(name))
                    .plan();
            return next(plan, ScheduleStore.now(handle), count);
        });
    }

    /// The next moments of a schedule that need not be there.
    public static List<Instant> next(NewSchedule plan, Instant after, int count) {
        List<Instant> moments = new ArrayList<>();
        Optional<Instant> moment = plan.next(after);
        while (moment.isPresent() && moments.size() < count) {
            moments.add(moment.get());
            moment = plan.next(moment.get());
        }
        return moments;
    }

    /// What became of its moments, the newest first.
    public List<Fire> fires(String name, int limit) {
        return ScheduleSearch.fires(database, name, Optional.empty(), limit);
    }
}

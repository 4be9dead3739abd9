package dev.mainstay.schedule;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fires what is due, on one node for all, and is woken again when the next moment has come.
///
/// The database's clock says what is due. A schedule's fires, the enqueueing of their tasks and its
/// next moment are one transaction, so that no crash can part them; its row is locked meanwhile, and
/// each fire has a unique key, so that two who do this at one time fire nothing twice. Thread-safe.
public final class Scheduler {
    /// SQL that tells whether a round has anything to do: asked where nobody was woken in time.
    public static final String DUE = "EXISTS (SELECT FROM schedules WHERE next_at <= now())";

    public static final Duration PERIOD = Duration.ofSeconds(1);

    // When what is due is locked by someone else.
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);

    // Beyond it the clocks of this node and of the database part too far, and looking is good enough.
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final Duration REPEAT_WARNING = Duration.ofMinutes(1);
    private static final String FIRE = "fire";

    private final Database database;
    private final TimerWheel wheel;
    private final MonotonicClock monotonic;
    private final Runnable claimable;
    private final TimerWheel.Timer timer = new TimerWheel.Timer(this::wake);
    private volatile Runnable waking = () -> {};
    private volatile @Nullable Long lastTold;

    /// @param claimable called when tasks were enqueued
    public Scheduler(Database database, TimerWheel wheel, MonotonicClock monotonic, Runnable claimable) {
        this.database = database;
        this.wheel = wheel;
        this.monotonic = monotonic;
        this.claimable = claimable;
    }

    /// Says how to begin, and begins.
    ///
    /// @param round starts a round as soon as possible, if this node leads
    public void wokenBy(Runnable round) {
        waking = round;
        round.run();
    }

    /// Something may be due, or due at another time.
    public void wake() {
        waking.run();
    }

    /// Fires all that is due.
    ///
    /// @param check fails in a transaction of one who leads no longer
    public void round(Consumer<Handle> check) {
        Map<UUID, RuntimeException> failed = new HashMap<>();
        DueStore.Done done;
        do {
            done = database.control(handle -> {
                check.accept(handle);
                return fireDue(handle, failed);
            });
            if (done.enqueued() > 0) {
                claimable.run();
            }
        } while (done.schedules() > 0);
        if (!failed.isEmpty()) {
            tell(failed);
        }
        database.control(DueStore::untilNext).ifPresent(this::wakeIn);
    }

    private void tell(Map<UUID, RuntimeException> failed) {
        long now = monotonic.nanos();
        if (lastTold == null || now - lastTold >= REPEAT_WARNING.toNanos()) {
            lastTold = now;
            failed.forEach((schedule, why) -> LOG.atWarn()
                    .addKeyValue("schedule", schedule)
                    .log("could not fire, trying again until it can: {}", why.toString()));
        }
    }

    private void wakeIn(Duration wait) {
        Duration bounded = wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
        if (bounded.compareTo(LONGEST_WAIT) < 0) {
            wheel.schedule(timer, monotonic.nanos() + bounded.toNanos());
        }
    }

    /// One that cannot fire, as somebody's transaction holds what it needs, keeps no other from it.
    private static DueStore.Done fireDue(Handle handle, Map<UUID, RuntimeException> failed) {
        List<DueStore.Due> all = DueStore.locked(handle, failed.keySet());
        int enqueued = 0;
        for (DueStore.Due due : all) {
            handle.savepoint(FIRE);
            try {
                enqueued += fire(handle, due);
                handle.releaseSavepoint(FIRE);
            } catch (RuntimeException e) {
                if (Database.isUnanswered(e)) {
                    throw e;
                }
                handle.rollbackToSavepoint(FIRE);
                failed.put(due.id(), e);
            }
        }
        return new DueStore.Done(all.size(), enqueued);
    }

    private static int fire(Handle handle, DueStore.Due due) {
        Schedule schedule = due.schedule();
        if (schedule == null) {
            DueStore.pauseUnreadable(handle, due);
            return 0;
        }
        Instant first = Optional.ofNullable(schedule.nextAt()).orElseThrow();
        DueMoments moments = DueMoments.of(schedule.plan(), first, due.now());
        DueStore.miss(handle, schedule, moments);
        List<FireStore.Fired> fired = FireStore.fire(handle, schedule, moments.fires(), FireCause.PLANNED, null, null);
        DueStore.advance(handle, schedule, moments.next());
        return (int) fired.stream().filter(each -> each.task() != null).count();
    }

    /// Forgets fires decided longer ago than `kept`, unless their task is open.
    public void forget(Duration kept, Consumer<Handle> check) {
        long forgotten;
        do {
            forgotten = database.control(handle -> {
                check.accept(handle);
                return FireStore.forget(handle, kept);
            });
        } while (forgotten > 0);
    }
}

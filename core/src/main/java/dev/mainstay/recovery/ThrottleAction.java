package dev.mainstay.recovery;

import dev.mainstay.postgres.Database;
import dev.mainstay.task.TaskDesks;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Lets half as many tasks of the queue run at once as run now, at least one, and takes that back by itself. A
/// limit that there is already is kept with the lower one and put back then, and never raised. Thread-safe.
final class ThrottleAction implements RecoveryAction {
    static final String NAME = "reduce-concurrency";

    private static final Duration LASTS = Duration.ofMinutes(5);

    private static final String RUNNING = """
            SELECT coalesce(sum(cardinality(claim.task_ids)), 0)
            FROM task_claims claim
            JOIN task_lanes lane USING (organization_id, lane_id)
            WHERE claim.organization_id = :organization AND lane.queue = :queue
            """;

    private final Database database;
    private final TaskDesks desks;

    ThrottleAction(Database database, TaskDesks desks) {
        this.database = database;
        this.desks = desks;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Risk risk() {
        return Risk.LOW;
    }

    @Override
    public boolean isReversible() {
        return true;
    }

    @Override
    public Optional<Duration> lasts() {
        return Optional.of(LASTS);
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        String queue = patient.requireQueue();
        int running = database.read(handle -> handle.createQuery(RUNNING)
                .bind("organization", patient.organization())
                .bind("queue", queue)
                .mapTo(Integer.class)
                .one());
        int lower = desks.of(patient.organization(), patient.actor())
                .lower(queue, Math.max(1, running / 2), patient.reason());
        return Map.of("queue", queue, "concurrency", lower);
    }

    /// A limit that somebody set meanwhile is theirs; one that a later episode lowered again lasts as long as
    /// that one says.
    @Override
    public Optional<String> undo(Patient patient, Map<String, ?> done) {
        String queue = patient.requireQueue();
        boolean isBack = desks.of(patient.organization(), patient.actor()).restore(queue, "as before " + NAME);
        return isBack ? Optional.of(queue + " is limited as before") : Optional.empty();
    }
}

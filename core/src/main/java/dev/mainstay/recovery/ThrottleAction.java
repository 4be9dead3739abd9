package dev.mainstay.recovery;

import dev.mainstay.postgres.Database;
import dev.mainstay.task.QueueLimit;
import dev.mainstay.task.TaskDesks;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Lets half as many tasks of the queue run at once as run now, at least one, and takes that back by itself. A limit
/// that
/// there is already is put back then, and never raised. Thread-safe.
final class ThrottleAction implements RecoveryAction {
    static final String NAME = "reduce-concurrency";

    private static final Duration LASTS = Duration.ofMinutes(5);

    private static final String RUNNING = """
            SELECT coalesce(sum(cardinality(claim.task_ids)), 0)
            FROM task_claims claim
            JOIN task_lanes lane USING (organization_id, lane_id)
            WHERE claim.organization_id = :organization AND lane.queue = :queue
            """;

    private static final String LIMIT = """
            SELECT concurrency, rate, rate_seconds
            FROM task_limits
            WHERE organization_id = :organization AND queue = :queue
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

    private record Limit(int concurrency, int rate, double seconds) {
        static final Limit NONE = new Limit(0, 0, 1);

        QueueLimit with(int most) {
            return new QueueLimit(
                    most == 0 ? null : most, rate == 0 ? null : rate, Duration.ofMillis(Math.round(seconds * 1e3)));
        }
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        String queue = patient.requireQueue();
        Limit former = database.read(handle -> limit(handle, patient));
        int running = database.read(handle -> handle.createQuery(RUNNING)
                .bind("organization", patient.organization())
                .bind("queue", queue)
                .mapTo(Integer.class)
                .one());
        int most = Math.max(1, running / 2);
        int lower = former.concurrency() == 0 ? most : Math.min(former.concurrency(), most);
        desks.of(patient.organization(), patient.actor()).limit(queue, former.with(lower), patient.reason());
        Map<String, Object> done = new LinkedHashMap<>();
        done.put("queue", queue);
        done.put("concurrency", lower);
        done.put("before", former.concurrency());
        return done;
    }

    private static Limit limit(Handle handle, Patient patient) {
        return handle.createQuery(LIMIT)
                .bind("organization", patient.organization())
                .bind("queue", patient.requireQueue())
                .map((row, context) ->
                        new Limit(row.getInt("concurrency"), row.getInt("rate"), row.getDouble("rate_seconds")))
                .findOne()
                .orElse(Limit.NONE);
    }

    /// A limit that somebody set meanwhile is theirs.
    @Override
    public boolean undo(Patient patient, Map<String, ?> done) {
        Limit now = database.read(handle -> limit(handle, patient));
        if (now.concurrency() != number(done, "concurrency")) {
            return false;
        }
        return desks.of(patient.organization(), patient.actor())
                .limit(patient.requireQueue(), now.with(number(done, "before")), "as before " + NAME);
    }

    private static int number(Map<String, ?> done, String key) {
        return done.get(key) instanceof Number number ? number.intValue() : 0;
    }
}

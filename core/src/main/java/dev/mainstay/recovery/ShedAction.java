package dev.mainstay.recovery;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.util.Map;
import java.util.Optional;

/// Puts the claimable tasks of low priority off: they come back one after the other from five minutes on, over
/// ten minutes, and the others get through meanwhile. None is lost. Those that came last are put off, ten
/// thousand at most. Thread-safe.
final class ShedAction implements RecoveryAction {
    static final String NAME = "shed-load";

    /// The others stay, and are put off in another episode where that has helped.
    private static final int MOST = 10_000;

    /// The ranks of low priority (see `task_rank`).
    private static final String SHED = """
            WITH lane AS MATERIALIZED (
                SELECT lane_id FROM task_lanes WHERE organization_id = :organization AND queue = :queue),
            shed AS MATERIALIZED (
                SELECT newest.place
                FROM lane
                CROSS JOIN LATERAL (
                    SELECT ready.ctid AS place
                    FROM task_ready ready
                    WHERE ready.lane_id = lane.lane_id AND ready.rank >= 6
                    ORDER BY ready.rank DESC, ready.seq DESC
                    LIMIT :most
                    FOR UPDATE SKIP LOCKED) newest
                LIMIT :most),
            taken AS (
                DELETE FROM task_ready ready
                USING shed
                WHERE ready.ctid = shed.place
                RETURNING ready.*),
            put_off AS (
                INSERT INTO task_delayed (organization_id, task_id, run_at, lane_id, rank, cause)
                SELECT organization_id, task_id, clock_timestamp() + interval '5 minutes'
                    + interval '10 minutes' * ((row_number() OVER (ORDER BY seq) - 1)::double precision / count(*) OVER ()),
                    lane_id, rank, 'shed'
                FROM taken
                ON CONFLICT DO NOTHING
                RETURNING task_id)
            SELECT count(*) FROM put_off
            """;

    private static final String BACK = """
            WITH lane AS MATERIALIZED (
                SELECT lane_id FROM task_lanes WHERE organization_id = :organization AND queue = :queue),
            taken AS (
                DELETE FROM task_delayed
                WHERE lane_id IN (SELECT lane_id FROM lane) AND organization_id = :organization AND cause = 'shed'
                RETURNING *),
            back AS (
                INSERT INTO task_ready (lane_id, rank, organization_id, task_id)
                SELECT lane_id, rank, organization_id, task_id FROM taken ORDER BY run_at
                RETURNING task_id)
            SELECT count(*) FROM back
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            VALUES (:organization, :type, 'info', :reason, :detail::jsonb)
            """;

    private final Database database;

    ShedAction(Database database) {
        this.database = database;
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
    public Map<String, ?> act(Patient patient) {
        String queue = patient.requireQueue();
        long shed = database.write(handle -> {
            long count = handle.createQuery(SHED)
                    .bind("organization", patient.organization())
                    .bind("queue", queue)
                    .bind("most", MOST)
                    .mapTo(Long.class)
                    .one();
            handle.createUpdate(TELL)
                    .bind("organization", patient.organization())
                    .bind("type", "queue.shed")
                    .bind("reason", patient.reason())
                    .bind("detail", Jsonb.text(Map.of("queue", queue, "tasks", count, "actor", patient.actor())))
                    .execute();
            return count;
        });
        return Map.of("queue", queue, "putOff", shed);
    }

    /// All that were put off of the queue: what a person has put off is theirs.
    @Override
    public Optional<String> undo(Patient patient, Map<String, ?> done) {
        long back = database.write(handle -> handle.createQuery(BACK)
                .bind("organization", patient.organization())
                .bind("queue", patient.requireQueue())
                .mapTo(Long.class)
                .one());
        return back > 0 ? Optional.of(back + " tasks can be claimed at once") : Optional.empty();
    }
}

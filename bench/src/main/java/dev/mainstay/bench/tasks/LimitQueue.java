package dev.mainstay.bench.tasks;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.peers.Drain;
import dev.mainstay.concurrent.Threads;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The limit: what one writes by hand when nothing but speed counts. A claim marks a batch, a move puts it into a
/// history table; no lease, no fence, no retry, and what a dead worker held is lost. Used by one thread.
final class LimitQueue {
    private static final int THREADS = 4;
    private static final int BATCH = 200;
    private static final int ENQUEUE_BATCH = 10_000;

    private static final String CLAIM = """
            WITH picked AS MATERIALIZED (
                SELECT id
                FROM limit_queue
                WHERE state = 0
                ORDER BY id
                LIMIT ?
                FOR UPDATE SKIP LOCKED)
            UPDATE limit_queue
            SET state = 1
            FROM picked
            WHERE limit_queue.id = picked.id
            RETURNING limit_queue.id, limit_queue.payload::text
            """;

    private static final String MOVE = """
            WITH done AS (
                DELETE FROM limit_queue
                WHERE id = ANY (?)
                RETURNING id, payload)
            INSERT INTO limit_history (id, payload)
            SELECT id, payload
            FROM done
            """;

    private final Laboratory laboratory;

    LimitQueue(Laboratory laboratory) {
        this.laboratory = laboratory;
        laboratory.execute(
                "CREATE TABLE limit_queue (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state smallint NOT NULL "
                        + "DEFAULT 0, payload jsonb NOT NULL) WITH (fillfactor = 60)",
                "CREATE INDEX limit_queue_ready ON limit_queue (id) WHERE state = 0",
                "CREATE TABLE limit_history (id bigint NOT NULL, payload jsonb NOT NULL, "
                        + "ended_at timestamptz NOT NULL DEFAULT now())");
    }

    Drain round(int tasks, String payload) throws Exception {
        laboratory.execute("TRUNCATE limit_queue, limit_history", "VACUUM ANALYZE limit_queue", "CHECKPOINT");
        var enqueue = Stopwatch.start();
        enqueue(tasks, payload);
        double enqueued = tasks / enqueue.seconds();
        laboratory.execute("ANALYZE limit_queue");
        var drain = Stopwatch.start();
        try (ExecutorService workers = Executors.newFixedThreadPool(THREADS, Threads.virtualFactory("limit"))) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(workers.submit(() -> {
                    work();
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a worker of the limit failed", e.getCause());
        }
        return new Drain(enqueued, tasks / drain.seconds());
    }

    private void enqueue(int tasks, String payload) throws SQLException {
        try (Connection connection = laboratory.superuser();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO limit_queue (payload) SELECT payload::jsonb FROM unnest(?) AS payload")) {
            for (int from = 0; from < tasks; from += ENQUEUE_BATCH) {
                String[] payloads = new String[Math.min(ENQUEUE_BATCH, tasks - from)];
                Arrays.fill(payloads, payload);
                insert.setArray(1, connection.createArrayOf("text", payloads));
                insert.executeUpdate();
            }
        }
    }

    private void work() throws SQLException {
        try (Connection connection = laboratory.superuser();
                PreparedStatement claim = connection.prepareStatement(CLAIM);
                PreparedStatement move = connection.prepareStatement(MOVE)) {
            for (List<Long> batch = claim(claim); !batch.isEmpty(); batch = claim(claim)) {
                move.setArray(1, connection.createArrayOf("int8", batch.toArray()));
                move.executeUpdate();
            }
        }
    }

    private static List<Long> claim(PreparedStatement claim) throws SQLException {
        claim.setInt(1, BATCH);
        List<Long> batch = new ArrayList<>(BATCH);
        try (ResultSet rows = claim.executeQuery()) {
            while (rows.next()) {
                batch.add(rows.getLong(1));
                if (rows.getString(2).isEmpty()) {
                    throw new IllegalStateException("a payload is empty");
                }
            }
        }
        return batch;
    }
}

package dev.mainstay.bench.tasks;

import dev.mainstay.Fleet;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.peers.Drain;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskWork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Our tasks: enqueued by a fleet that does not work on them, then worked off by one that does. Used by one thread.
final class TaskRounds {
    private static final String TYPE = "measured";
    private static final int ENQUEUE_BATCH = 10_000;
    private static final String OPEN = """
            SELECT (SELECT count(*) FROM task_ready) + (SELECT count(*) FROM task_claims)
            """;

    /// As the guide advises for tasks that take no time.
    private static final int CAPACITY = 2_000;

    private final Laboratory laboratory;
    private final TaskWork<Map<?, ?>> work;
    private final AtomicLong handled = new AtomicLong();

    /// @param work what each task is
    TaskRounds(Laboratory laboratory, TaskWork<Map<?, ?>> work) {
        this.laboratory = laboratory;
        this.work = work;
    }

    Drain round(int tasks, Map<String, ?> payload) {
        laboratory.execute(
                "TRUNCATE tasks, task_steps, task_ready, task_claims", "VACUUM ANALYZE task_ready", "CHECKPOINT");
        double enqueued = enqueue(tasks, payload);
        laboratory.execute("ANALYZE tasks", "ANALYZE task_ready");
        long before = handled.get();
        var drain = Stopwatch.start();
        Fleet fleet = Fleet.builder()
                .database(laboratory.database())
                .node("worker")
                .taskCapacity(CAPACITY)
                .worker(TYPE, Map.class, (value, context) -> {
                    work.run(value, context);
                    handled.incrementAndGet();
                })
                .start();
        try {
            while (handled.get() - before < tasks || laboratory.number(OPEN) > 0) {
                Threads.pause(Duration.ofMillis(2));
            }
            return new Drain(enqueued, tasks / drain.seconds());
        } finally {
            fleet.close();
        }
    }

    private double enqueue(int tasks, Map<String, ?> payload) {
        try (Fleet fleet =
                Fleet.builder().database(laboratory.database()).node("enqueuer").start()) {
            NewTask task = NewTask.of(TYPE, payload);
            var watch = Stopwatch.start();
            for (int from = 0; from < tasks; from += ENQUEUE_BATCH) {
                List<NewTask> batch = new ArrayList<>();
                for (int i = from; i < Math.min(tasks, from + ENQUEUE_BATCH); i++) {
                    batch.add(task);
                }
                fleet.tasks().enqueueAll(batch);
            }
            return tasks / watch.seconds();
        }
    }
}

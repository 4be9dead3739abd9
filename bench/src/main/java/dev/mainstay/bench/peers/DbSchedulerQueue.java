package dev.mainstay.bench.peers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// db-scheduler as its documentation has it for throughput: lock-and-fetch polling, and instances scheduled in
/// batches. Of its three documented settings the one that was fastest on two cores. A finished task is deleted. Used by
/// one thread.
final class DbSchedulerQueue implements PeerQueue {
    private static final TaskDescriptor<String> NO_OP = TaskDescriptor.of("no-op", String.class);
    private static final int THREADS = 20;
    private static final double LOWER_LIMIT = 4.0;
    private static final double UPPER_LIMIT = 20.0;
    private static final int BATCH = 1_000;

    private static final String TABLE = """
            CREATE TABLE scheduled_tasks (
                task_name text NOT NULL,
                task_instance text NOT NULL,
                task_data bytea,
                execution_time timestamptz NOT NULL,
                picked boolean NOT NULL,
                picked_by text,
                last_success timestamptz,
                last_failure timestamptz,
                consecutive_failures integer,
                last_heartbeat timestamptz,
                version bigint NOT NULL,
                priority smallint,
                PRIMARY KEY (task_name, task_instance))
            """;

    private final PeerDatabase database;
    private final HikariDataSource connections;
    private final HikariDataSource workerConnections;
    private final SchedulerClient client;
    private @Nullable Scheduler scheduler;
    private long scheduled;

    DbSchedulerQueue(PeerDatabase database) {
        this.database = database;
        database.execute(
                TABLE,
                "CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time)",
                "CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat)");
        connections = database.pool(1);
        workerConnections = database.pool(THREADS + 2);
        client = SchedulerClient.Builder.create(connections)
                .serializer(new PlainText())
                .build();
    }

    @Override
    public void enqueue(Collection<String> payloads) {
        var due = database.now();
        List<TaskInstance<?>> batch = new ArrayList<>(BATCH);
        for (String payload : payloads) {
            batch.add(NO_OP.instance(Long.toString(scheduled++)).data(payload).build());
            if (batch.size() == BATCH) {
                client.scheduleBatch(batch, due);
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            client.scheduleBatch(batch, due);
        }
    }

    @Override
    public void start(Runnable handled) {
        var task = Tasks.oneTime(NO_OP).execute((instance, context) -> handled.run());
        Scheduler started = Scheduler.create(workerConnections, task)
                .threads(THREADS)
                .serializer(new PlainText())
                .pollingInterval(Duration.ofMillis(100))
                .pollUsingLockAndFetch(LOWER_LIMIT, UPPER_LIMIT)
                .build();
        started.start();
        scheduler = started;
    }

    @Override
    public void stop() {
        if (scheduler != null) {
            scheduler.stop();
        }
    }

    @Override
    public String emptying() {
        return "TRUNCATE scheduled_tasks";
    }

    @Override
    public String counting() {
        return "SELECT count(*) FROM scheduled_tasks";
    }

    @Override
    public void close() {
        workerConnections.close();
        connections.close();
    }

    /// Text as it is, so that no serializer counts against the peer.
    private static final class PlainText implements Serializer {
        @Override
        public byte @Nullable [] serialize(@Nullable Object text) {
            return text == null ? null : text.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public <T> @Nullable T deserialize(Class<T> type, byte @Nullable [] bytes) {
            return bytes == null ? null : type.cast(new String(bytes, StandardCharsets.UTF_8));
        }
    }
}

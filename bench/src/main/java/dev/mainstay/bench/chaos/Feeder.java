package dev.mainstay.bench.chaos;

import dev.mainstay.bench.chaos.History.Acknowledged;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.cluster.DatabaseClock;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Signals;
import dev.mainstay.task.Enqueued;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskHost;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.task.Workers;
import dev.mainstay.telemetry.Telemetry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Enqueues tasks of all kinds and keeps what it was told about each. It is no node, so that every duty of the fleet is
/// in the hands of workers that are struck. Used by one thread.
final class Feeder implements AutoCloseable {
    private static final int BATCH = 20;
    private static final int FLOOD_BATCH = 5_000;
    private static final int ORDERING_KEYS = 10;
    private static final int ROLLED_BACK_IN = 40;
    private static final int OPEN_FOR_A_WHILE_MILLIS = 300;
    /// Children are enqueued by their parents.
    private static final List<Kind> MIX = List.of(
            Kind.PLAIN,
            Kind.PLAIN,
            Kind.PLAIN,
            Kind.EFFECT,
            Kind.EFFECT,
            Kind.EFFECT,
            Kind.EFFECT,
            Kind.EFFECT,
            Kind.STEPS,
            Kind.RETRY,
            Kind.ORDERED,
            Kind.ORDERED,
            Kind.UNIQUE,
            Kind.PARENT,
            Kind.DELAYED,
            Kind.SNOOZE);

    private final String name;
    private final Laboratory laboratory;
    private final TimerWheel wheel;
    private final Telemetry telemetry;
    private final Signals signals;
    private final TaskQueue queue;
    private final RandomGenerator random;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final Set<UUID> rolledBack = new HashSet<>();
    private long number;
    private int unknown;

    /// @param name begins all its keys, so that they are no other feeder's
    /// @param database by the way over which it enqueues
    Feeder(String name, Laboratory laboratory, Database database, RandomGenerator random) {
        this.name = name;
        this.laboratory = laboratory;
        this.random = random;
        MonotonicClock monotonic = MonotonicClock.system();
        this.wheel = TimerWheel.start(monotonic);
        this.telemetry = Telemetry.start(database);
        this.signals = Signals.start(database);
        Runnable tell = () -> signals.notify("tasks");
        var clock = new DatabaseClock(monotonic, database.now());
        TaskHost host = new TaskHost.Builder(
                        "feeder", new Workers(), 1, database, wheel, monotonic, clock, telemetry, tell)
                .start();
        this.queue = new TaskQueue(database, Organizations.DEFAULT, host, tell, tell);
    }

    private record Fed(Kind kind, NewTask task, @Nullable String key) {}

    /// Enqueues about that many; those of a transaction that failed are not counted.
    void feed(int tasks) {
        int before = acknowledged.size();
        while (acknowledged.size() - before < tasks) {
            int left = tasks - (acknowledged.size() - before);
            if (random.nextInt(ROLLED_BACK_IN) == 0) {
                rollBack();
            }
            enqueue(batch(Math.min(BATCH, left)));
        }
    }

    /// Enqueues one of each kind.
    void feedEachKind() {
        List<Fed> batch = new ArrayList<>();
        MIX.stream().distinct().forEach(kind -> add(kind, batch));
        enqueue(batch);
    }

    private List<Fed> batch(int size) {
        List<Fed> batch = new ArrayList<>();
        while (batch.size() < size) {
            add(MIX.get(random.nextInt(MIX.size())), batch);
        }
        return batch;
    }

    private void add(Kind kind, List<Fed> batch) {
        Fed fed = fed(kind);
        batch.add(fed);
        if (kind == Kind.UNIQUE) {
            batch.add(fed);
        }
    }

    private Fed fed(Kind kind) {
        number++;
        int delay = delay(kind);
        NewTask task = NewTask.of(kind.type(), new Piece(number, random.nextInt(30), delay));
        return switch (kind) {
            // A transaction of unknown outcome may still commit, so its keys are not used again.
            case ORDERED ->
                new Fed(kind, task.ordered(name + "/" + unknown + "/" + random.nextInt(ORDERING_KEYS)), null);
            case UNIQUE ->
                new Fed(kind, task.unique(name + "/" + number).in(Duration.ofMillis(delay)), name + "/" + number);
            case DELAYED -> new Fed(kind, task.in(Duration.ofMillis(delay)), null);
            default -> new Fed(kind, task, null);
        };
    }

    private int delay(Kind kind) {
        return switch (kind) {
            case UNIQUE -> OPEN_FOR_A_WHILE_MILLIS;
            case DELAYED -> 100 + random.nextInt(1_500);
            default -> 0;
        };
    }

    private void enqueue(List<Fed> batch) {
        try {
            List<Enqueued> answers =
                    queue.enqueueAll(batch.stream().map(Fed::task).toList());
            for (int place = 0; place < batch.size(); place++) {
                Fed fed = batch.get(place);
                acknowledged.add(new Acknowledged(answers.get(place).id(), fed.kind(), fed.key()));
            }
        } catch (RuntimeException e) {
            unknown++;
        }
    }

    /// Enqueues one alone on a node that works on it, so that it may begin with the commit that stores it.
    void feedAlone(TaskQueue node) {
        Fed fed = fed(Kind.EFFECT);
        try {
            acknowledged.add(new Acknowledged(node.enqueue(fed.task()).id(), fed.kind(), fed.key()));
        } catch (RuntimeException e) {
            unknown++;
        }
    }

    private void rollBack() {
        try (Connection connection = laboratory.superuser()) {
            connection.setAutoCommit(false);
            UUID id = queue.enqueue(connection, fed(Kind.EFFECT).task()).id();
            connection.rollback();
            rolledBack.add(id);
        } catch (SQLException | RuntimeException e) {
            unknown++;
        }
    }

    /// Enqueues many that take `millis` each and leave nothing behind.
    void flood(int tasks, int millis) {
        List<Fed> flood = new ArrayList<>();
        for (int count = 0; count < tasks; count++) {
            flood.add(new Fed(Kind.FLOOD, NewTask.of(Kind.FLOOD.type(), new Piece(count, millis)), null));
            if (flood.size() == FLOOD_BATCH || count == tasks - 1) {
                enqueue(flood);
                flood.clear();
            }
        }
    }

    Told told() {
        return new Told(List.copyOf(acknowledged), Set.copyOf(rolledBack), unknown);
    }

    @Override
    public void close() {
        telemetry.close();
        signals.close();
        wheel.close();
    }
}

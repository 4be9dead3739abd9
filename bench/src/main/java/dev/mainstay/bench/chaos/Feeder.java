package dev.mainstay.bench.chaos;

import dev.mainstay.bench.chaos.History.Acknowledged;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.cluster.DatabaseClock;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Signals;
import dev.mainstay.task.Enqueued;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.QueueLimit;
import dev.mainstay.task.TaskHost;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.task.Workers;
import dev.mainstay.telemetry.Telemetry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
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

    /// Those that something is asked of after they were enqueued, and those of other queues and workers.
    private static final List<Kind> COMMANDED = List.of(
            Kind.SIGNALLED, Kind.CANCELLED, Kind.REDRIVEN, Kind.LIMITED, Kind.OUTSIDE, Kind.OUTSIDE, Kind.OUTSIDE);

    private static final String HOLD = """
            SELECT FROM tasks
            WHERE state = 'open'
            LIMIT 20
            FOR UPDATE SKIP LOCKED
            """;

    private static final String LIMITED_QUEUE = "limited";
    /// So many later ones are enqueued before one is commanded, so that it has begun.
    private static final int BEHIND = 1;

    private final String name;
    private final Laboratory laboratory;
    private final TimerWheel wheel;
    private final Telemetry telemetry;
    private final Signals signals;
    private final TaskQueue queue;
    private final RandomGenerator random;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final Set<UUID> rolledBack = new HashSet<>();
    private final Queue<UUID> cancelled = new ArrayDeque<>();
    private final Queue<UUID> discarded = new ArrayDeque<>();
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
                        "feeder", new Workers(), 1, database, wheel, monotonic, clock, telemetry, signals::notify)
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

    /// Enqueues one of each kind that is commanded or needs a worker of its own, and commands them;
    /// what is lost of that is no loss of a task.
    void feedCommanded() {
        List<Fed> batch = new ArrayList<>();
        COMMANDED.forEach(kind -> add(kind, batch));
        for (Acknowledged each : enqueue(batch)) {
            command(each);
        }
    }

    private void command(Acknowledged task) {
        try {
            switch (task.kind()) {
                case SIGNALLED -> queue.signal(task.task(), ChaosWork.SIGNAL, 1);
                case CANCELLED -> cancelled.add(task.task());
                case REDRIVEN -> discarded.add(task.task());
                default -> {}
            }
            if (cancelled.size() > BEHIND) {
                queue.cancel(cancelled.remove(), "chaos");
            }
            if (discarded.size() > BEHIND) {
                queue.redrive(discarded.remove());
            }
        } catch (RuntimeException e) {
            // Struck or busy: it ends without.
        }
    }

    /// Holds back the queue of [Kind#LIMITED]; what is lost of that is no loss of a task.
    void limit(int atOnce) {
        try {
            queue.limit(LIMITED_QUEUE, QueueLimit.concurrency(atOnce));
        } catch (RuntimeException e) {
            // Struck: the limit stays as it was.
        }
    }

    /// Keeps some open tasks from ending for a while, as a transaction does that enqueues behind them.
    void hold(Duration time) {
        try (Connection connection = laboratory.superuser();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(HOLD);
            Threads.pause(time);
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's server does not hold tasks", e);
        }
    }

    /// Enqueues one by the queue of a node, which may begin it with the same commit.
    void feedAt(TaskQueue node) {
        Fed fed = fed(Kind.HERE);
        try {
            acknowledged.add(new Acknowledged(node.enqueue(fed.task()).id(), fed.kind(), null));
        } catch (RuntimeException e) {
            unknown++;
        }
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
            case LIMITED -> new Fed(kind, task.inQueue(LIMITED_QUEUE), null);
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

    private List<Acknowledged> enqueue(List<Fed> batch) {
        try {
            List<Enqueued> answers =
                    queue.enqueueAll(batch.stream().map(Fed::task).toList());
            for (int place = 0; place < batch.size(); place++) {
                Fed fed = batch.get(place);
                acknowledged.add(new Acknowledged(answers.get(place).id(), fed.kind(), fed.key()));
            }
            return List.copyOf(acknowledged.subList(acknowledged.size() - batch.size(), acknowledged.size()));
        } catch (RuntimeException e) {
            unknown++;
            return List.of();
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

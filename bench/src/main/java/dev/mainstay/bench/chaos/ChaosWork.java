package dev.mainstay.bench.chaos;

import com.zaxxer.hikari.HikariDataSource;
import dev.mainstay.ErrorCode;
import dev.mainstay.FleetBuilder;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.RetryPolicy;
import dev.mainstay.task.TaskContext;
import dev.mainstay.task.TaskType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/// The handlers of all kinds: they write down that they start and end, and leave an effect. Thread-safe.
final class ChaosWork implements AutoCloseable {
    static final int STEPS = 3;
    static final int CHILDREN = 3;

    /// So many that nothing dies of a database that is away.
    private static final RetryPolicy RETRY = new RetryPolicy(1_000, Duration.ofMillis(50), Duration.ofSeconds(1), 0.2);

    private static final int FAILURES = 2;
    private static final int MEGABYTE = 1 << 20;
    private static final int CONNECTIONS = 4;
    /// What [Kind#SIGNALLED] waits for, and how long: whoever enqueued it may not know that it did.
    static final String SIGNAL = "go";
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration NAP = Duration.ofMillis(100);
    private static final int TURNS = 20;
    private static final Duration SNOOZE = Duration.ofMillis(200);
    private static final String EFFECT = "INSERT INTO mainstay.chaos_effects (task, fence, node) VALUES (?, ?, ?)";

    private final WorkerOrder order;
    private final LedgerPen ledger;
    private final HikariDataSource effects;

    ChaosWork(WorkerOrder order, LedgerPen ledger) {
        this.order = order;
        this.ledger = ledger;
        this.effects = LedgerPen.connections(order, order.url(), CONNECTIONS);
    }

    FleetBuilder on(FleetBuilder builder) {
        List<Kind> here = Arrays.stream(Kind.values())
                .filter(kind -> kind != Kind.OUTSIDE)
                .toList();
        for (Kind kind : here) {
            builder.worker(
                    TaskType.of(kind.type(), Piece.class).retry(RETRY),
                    (piece, context) -> handle(kind, piece, context));
        }
        return builder;
    }

    private Outcome handle(Kind kind, Piece piece, TaskContext context) throws Exception {
        if (kind == Kind.FLOOD) {
            work(piece);
            return Outcome.completed(new Receipt(context.fence()));
        }
        ledger.write(context, LedgerPen.START);
        if (kind == Kind.SNOOZE && context.fence() == 1) {
            return Outcome.snoozed(SNOOZE);
        }
        if (kind == Kind.REDRIVEN && context.attempt() == 1) {
            return Outcome.discarded("to be redriven");
        }
        if (kind == Kind.RETRY && context.failures() < FAILURES) {
            throw new IllegalStateException("not yet");
        }
        if (kind == Kind.HUNGRY) {
            useUp();
        }
        workUp(kind, context);
        work(piece);
        if (kind.hasEffect()) {
            complete(context);
        }
        ledger.write(context, LedgerPen.END);
        return Outcome.completed(new Receipt(context.fence()));
    }

    /// Until the process has nothing left.
    private static void useUp() {
        List<byte[]> all = new ArrayList<>();
        while (all.size() < Integer.MAX_VALUE) {
            all.add(new byte[MEGABYTE]);
        }
    }

    private static void work(Piece piece) throws InterruptedException {
        if (!Threads.pause(Duration.ofMillis(piece.millis()))) {
            throw new InterruptedException();
        }
    }

    private void workUp(Kind kind, TaskContext context) throws Exception {
        if (kind == Kind.STEPS) {
            for (int number = 0; number < STEPS; number++) {
                String name = "step-" + number;
                context.step(name, () -> ledger.write(context, name));
            }
        } else if (kind == Kind.PARENT) {
            List<UUID> children = context.enqueue("children", children());
            context.awaitAll("all of them", children);
        } else if (kind == Kind.SIGNALLED) {
            context.sleep("nap", NAP);
            context.await(SIGNAL, Integer.class, PATIENCE);
        } else if (kind == Kind.CANCELLED) {
            takeTime(context);
        }
    }

    private static void takeTime(TaskContext context) throws InterruptedException {
        context.progress(0.5, "taking its time");
        for (int turn = 0; turn < TURNS; turn++) {
            if (context.isCancelled()) {
                throw new IllegalStateException("told to end");
            }
            if (!Threads.pause(NAP)) {
                throw new InterruptedException();
            }
        }
    }

    private static List<NewTask> children() {
        return IntStream.range(0, CHILDREN)
                .mapToObj(number -> NewTask.of(Kind.CHILD.type(), new Piece(number, 5)))
                .toList();
    }

    private void complete(TaskContext context) throws SQLException {
        try (Connection connection = effects.getConnection()) {
            connection.setAutoCommit(false);
            try {
                writeEffect(connection, context);
                context.complete(connection, new Receipt(context.fence()));
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (MainstayException e) {
            if (e.code() == ErrorCode.LEASE_LOST) {
                ledger.write(context, LedgerPen.REFUSED);
            }
            throw e;
        }
    }

    private void writeEffect(Connection connection, TaskContext context) throws SQLException {
        try (var insert = connection.prepareStatement(EFFECT)) {
            insert.setObject(1, context.id());
            insert.setLong(2, context.fence());
            insert.setString(3, order.node());
            insert.executeUpdate();
        }
    }

    @Override
    public void close() {
        effects.close();
    }
}

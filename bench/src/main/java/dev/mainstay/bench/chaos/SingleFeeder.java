package dev.mainstay.bench.chaos;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskQueue;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Threads of a worker that enqueue tasks one by one, so that many share a commit, and write down what they were told:
/// so many tasks, and no more. They are struck with their process. Thread-safe.
final class SingleFeeder implements AutoCloseable {
    private static final int THREADS = 6;
    private static final int TASKS = 40;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final TaskQueue queue;
    private final LedgerPen ledger;
    private final List<Thread> threads = new ArrayList<>();

    SingleFeeder(TaskQueue queue, LedgerPen ledger) {
        this.queue = queue;
        this.ledger = ledger;
        for (int thread = 0; thread < THREADS; thread++) {
            threads.add(Threads.startPlatform("single-feeder-" + thread, this::feed));
        }
    }

    private void feed() {
        boolean isWanted = true;
        for (int number = 0; number < TASKS && isWanted; number++) {
            enqueue(number);
            isWanted = Threads.pause(PAUSE);
        }
    }

    private void enqueue(int number) {
        try {
            ledger.write(
                    queue.enqueue(NewTask.of(Kind.HERE.type(), new Piece(number, 1)))
                            .id(),
                    0,
                    LedgerPen.ACKNOWLEDGED);
        } catch (RuntimeException | SQLException e) {
            // Struck: whether it was stored is not known to anybody.
        }
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        threads.forEach(thread -> Threads.join(thread, PATIENCE));
    }
}

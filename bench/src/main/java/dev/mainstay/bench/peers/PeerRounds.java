package dev.mainstay.bench.peers;

import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicLong;

/// Fills and drains a queue of this process, in the way ours is. Used by one thread.
final class PeerRounds implements Rounds {
    private static final Duration PATIENCE = Duration.ofMillis(2);
    private static final Duration GIVE_UP = Duration.ofMinutes(5);

    private final PeerDatabase database;
    private final PeerQueue queue;
    private final String payload;

    PeerRounds(PeerDatabase database, PeerQueue queue, String payload) {
        this.database = database;
        this.queue = queue;
        this.payload = payload;
    }

    @Override
    public Drain round(int tasks) {
        database.execute(queue.emptying(), "VACUUM ANALYZE", "CHECKPOINT");
        var enqueue = Stopwatch.start();
        queue.enqueue(Collections.nCopies(tasks, payload));
        double enqueued = tasks / enqueue.seconds();
        database.execute("ANALYZE");
        return new Drain(enqueued, tasks / drain(tasks));
    }

    private double drain(int tasks) {
        AtomicLong handled = new AtomicLong();
        var watch = Stopwatch.start();
        queue.start(handled::incrementAndGet);
        try {
            while (handled.get() < tasks || database.count(queue.counting()) > 0) {
                if (watch.seconds() > GIVE_UP.toSeconds()) {
                    throw new IllegalStateException("%d of %d tasks were handled in %s, %d are left"
                            .formatted(handled.get(), tasks, GIVE_UP, database.count(queue.counting())));
                }
                Threads.pause(PATIENCE);
            }
            return watch.seconds();
        } finally {
            queue.stop();
        }
    }

    @Override
    public void close() {
        queue.close();
    }
}

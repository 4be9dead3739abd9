package dev.mainstay.server.stream;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.task.QueueQueries;
import dev.mainstay.task.QueueView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Tells which queues changed, a second after the last time at the earliest, so that a screen hears of a thousand tasks
/// as of one. To count a large backlog takes its time; then the next look waits twenty times as long, and never takes
/// more than a twentieth of the database. Used by one thread at a time.
final class QueueWatch {
    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int REST = 20;

    private final OrganizationDatabase database;
    private final MonotonicClock clock;
    private Map<String, QueueView> told = Map.of();
    private long dueAt;

    QueueWatch(OrganizationDatabase database, MonotonicClock clock) {
        this.database = database;
        this.clock = clock;
        this.dueAt = clock.nanos();
    }

    /// What stands otherwise than when it was told last; at first all of them.
    List<QueueView> changed() {
        long begin = clock.nanos();
        if (begin < dueAt) {
            return List.of();
        }
        List<QueueView> queues = QueueQueries.all(database.forScreens());
        dueAt = begin + Math.max(PERIOD_NANOS, REST * (clock.nanos() - begin));
        List<QueueView> changed =
                queues.stream().filter(queue -> !isTold(queue)).toList();
        told = queues.stream().collect(Collectors.toMap(QueueView::name, Function.identity()));
        return changed;
    }

    private boolean isTold(QueueView queue) {
        QueueView before = told.get(queue.name());
        return before != null && before.withoutEta().equals(queue.withoutEta());
    }

    /// Nobody looks any more; whoever does next is told all of them.
    void forget() {
        told = Map.of();
    }
}

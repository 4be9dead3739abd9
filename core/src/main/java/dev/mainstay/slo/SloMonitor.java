package dev.mainstay.slo;

import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Counts what has come, and says of every SLO how it stands. A duty of one node; doing it twice does no harm.
/// Thread-safe.
public final class SloMonitor {
    public static final Duration PERIOD = Duration.ofSeconds(5);

    /// SQL that tells whether a round has anything to do.
    public static final String DUE = SloCounter.DUE;

    private final Database database;
    private final SloCounter counter = new SloCounter();
    private final SloStore store = new SloStore();

    public SloMonitor(Database database) {
        this.database = database;
    }

    /// Counts all minutes that are over, an hour at a time, and judges.
    ///
    /// @param check fails in a transaction of one who leads no longer
    public void round(Consumer<Handle> check) {
        Optional<Instant> counted = Optional.empty();
        Optional<Instant> until = step(check);
        while (until.isPresent() && !until.equals(counted)) {
            counted = until;
            until = step(check);
        }
    }

    private Optional<Instant> step(Consumer<Handle> check) {
        return database.write(handle -> {
            check.accept(handle);
            Optional<Instant> until = counter.next(handle);
            until.ifPresent(end -> {
                if (counter.count(handle, end) > 0) {
                    store.replace(handle, store.standings(handle));
                    if (end.atOffset(ZoneOffset.UTC).getMinute() == 0) {
                        counter.thin(handle);
                    }
                }
            });
            return until;
        });
    }
}

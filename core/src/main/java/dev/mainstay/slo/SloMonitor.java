package dev.mainstay.slo;

import dev.mainstay.postgres.Database;
import java.time.Duration;
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
        Optional<SloCounter.Span> counted = Optional.empty();
        Optional<SloCounter.Span> span = step(check);
        while (span.isPresent() && !span.equals(counted)) {
            counted = span;
            span = step(check);
        }
    }

    private Optional<SloCounter.Span> step(Consumer<Handle> check) {
        return database.write(handle -> {
            check.accept(handle);
            Optional<SloCounter.Span> span = counter.next(handle);
            span.ifPresent(next -> {
                if (counter.count(handle, next) > 0) {
                    store.replace(handle, store.standings(handle));
                    if (next.until().atOffset(ZoneOffset.UTC).getMinute() == 0) {
                        counter.thin(handle);
                    }
                }
            });
            return span;
        });
    }
}

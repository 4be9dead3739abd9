package dev.mainstay.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the partitions of the tables that grow with time: made ahead, dropped when too old. Rows whose partition is
/// missing go to a default partition and move when it is made, so that being late loses nothing.
///
/// Thread-safe; may run on several nodes at once.
public final class Partitions {
    private static final String MOMENTS = """
            generate_series(
                date_trunc(width, :from AT TIME ZONE 'UTC'),
                :to AT TIME ZONE 'UTC',
                ('1 ' || width)::interval) AS local(moment_utc),
            LATERAL (SELECT moment_utc AT TIME ZONE 'UTC' AS moment) AS utc
            """;

    private static final String CREATE = """
            SELECT count(*) FILTER (WHERE partition_create(name, moment))
            FROM partitioned_tables(), %s
            WHERE name = :table
            """.formatted(MOMENTS);

    private static final String INCOMPLETE = """
            SELECT DISTINCT name
            FROM partitioned_tables(), %s
            WHERE to_regclass(partition_name(name, width, moment)) IS NULL
            """.formatted(MOMENTS);

    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
    private static final Duration AHEAD = Duration.ofDays(3);

    private final Database database;

    public Partitions(Database database) {
        this.database = database;
    }

    /// Makes what today and the next three days need. A table that a reader holds is left for the next time.
    public void makeAhead() {
        makeAhead(database.now(), handle -> {});
    }

    private void makeAhead(Instant now, Consumer<Handle> check) {
        Instant until = now.plus(AHEAD);
        for (String table : incomplete(now, until)) {
            unlessHeld(table, () -> create(table, now, until, check));
        }
    }

    private List<String> incomplete(Instant from, Instant to) {
        return database.control(handle -> handle.createQuery(INCOMPLETE)
                .bind("from", from.atOffset(ZoneOffset.UTC))
                .bind("to", to.atOffset(ZoneOffset.UTC))
                .mapTo(String.class)
                .list());
    }

    /// The same, and drops what `retention` no longer keeps, which may take long.
    public void maintain(Retention retention) {
        maintain(retention, handle -> {});
    }

    /// The same; `check` is run first in each transaction and may refuse by throwing.
    public void maintain(Retention retention, Consumer<Handle> check) {
        Instant now = database.now();
        makeAhead(now, check);
        retention.byTable().forEach((table, kept) -> unlessHeld(table, () -> drop(table, now.minus(kept), check)));
    }

    private static void unlessHeld(String table, Runnable change) {
        try {
            change.run();
        } catch (RuntimeException e) {
            if (!Failures.isConflict(e) && !Failures.isCancelled(e)) {
                throw e;
            }
            LOG.atWarn().addKeyValue("table", table).log("its partitions could not be changed in time; next time");
        }
    }

    /// Makes every partition from `from` to `to`, both included; for history that is brought in.
    /// Returns how many are new.
    public int create(Instant from, Instant to) {
        return Retention.DEFAULT.byTable().keySet().stream()
                .mapToInt(table -> create(table, from, to, handle -> {}))
                .sum();
    }

    // One transaction a table: its locks are short, and one that cannot be had holds up no other table.
    private int create(String table, Instant from, Instant to, Consumer<Handle> check) {
        return database.controlOnce(handle -> {
            check.accept(handle);
            return handle.createQuery(CREATE)
                    .bind("table", table)
                    .bind("from", from.atOffset(ZoneOffset.UTC))
                    .bind("to", to.atOffset(ZoneOffset.UTC))
                    .mapTo(Integer.class)
                    .one();
        });
    }

    private void drop(String table, Instant before, Consumer<Handle> check) {
        boolean isMore = true;
        while (isMore) {
            isMore = leave(table, before, check);
        }
        Optional<String> dropped = dropOldest(table, before, check);
        while (dropped.isPresent()) {
            LOG.atInfo().addKeyValue("partition", dropped.get()).log("dropped a partition past its retention");
            dropped = dropOldest(table, before, check);
        }
    }

    // In transactions of its own, so that it is done before any lock of the table is taken.
    private boolean leave(String table, Instant before, Consumer<Handle> check) {
        return database.controlOnce(handle -> {
            check.accept(handle);
            return handle.createQuery("SELECT partition_leave(:table, :before)")
                    .bind("table", table)
                    .bind("before", before.atOffset(ZoneOffset.UTC))
                    .mapTo(Boolean.class)
                    .one();
        });
    }

    private Optional<String> dropOldest(String table, Instant before, Consumer<Handle> check) {
        return database.controlOnce(handle -> {
            check.accept(handle);
            return Optional.ofNullable(handle.createQuery("SELECT partition_drop(:table, :before)")
                    .bind("table", table)
                    .bind("before", before.atOffset(ZoneOffset.UTC))
                    .mapTo(String.class)
                    .one());
        });
    }
}

package dev.mainstay.server.doctor;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.DatabaseConfig;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The database's own health, where others than Mainstay may do it harm. Reads statistics only.
///
/// Immutable and thread-safe.
///
/// @param wall this machine's clock, compared with the database's
public record ProductionChecks(DatabaseConfig config, InstantSource wall) {
    private static final String HEAD_ROOM = """
            SELECT count(*) AS used,
                current_setting('max_connections')::integer
                    - current_setting('superuser_reserved_connections')::integer
                    - coalesce(current_setting('reserved_connections', true), '0')::integer AS allowed
            FROM pg_stat_activity
            WHERE backend_type = 'client backend'
            """;

    private static final String SLOTS = """
            SELECT slot_name || (CASE WHEN active THEN '' ELSE ' (not in use)' END) || ' keeps '
                || pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))
            FROM pg_replication_slots
            WHERE restart_lsn IS NOT NULL AND pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > :bytes
            ORDER BY restart_lsn
            LIMIT 1
            """;

    private static final String DEAD_TUPLES = """
            SELECT format('%I.%I', schemaname, relname) || ': ' || n_dead_tup || ' dead beside ' || n_live_tup
            FROM pg_stat_user_tables
            WHERE schemaname = :schema AND n_dead_tup > 50000 AND n_dead_tup > n_live_tup * 0.2
            ORDER BY n_dead_tup DESC
            LIMIT 1
            """;

    private static final String SNAPSHOTS = """
            SELECT pid, coalesce(application_name, '') AS program,
                extract(epoch FROM clock_timestamp() - xact_start)::bigint AS seconds
            FROM pg_stat_activity
            WHERE backend_xmin IS NOT NULL AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
            ORDER BY xact_start
            LIMIT 1
            """;

    private static final Duration OLD_SNAPSHOT = Duration.ofMinutes(10);
    private static final long RETAINED_BYTES = 1L << 30;
    private static final double FEW_LEFT = 0.2;
    private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(1);

    /// A finding for each check, asked as the owner where it is known: other roles are not shown what others do.
    public List<Finding> examine() {
        var login = config.owner() != null ? config.owner() : config.engine();
        try (var connection = DriverManager.getConnection(config.url().jdbc(), login.user(), login.password());
                var handle = Jdbi.create(connection).open()) {
            return List.of(
                    snapshots(handle),
                    deadTuples(handle),
                    slots(handle),
                    headRoom(handle),
                    durability(handle),
                    clock(handle));
        } catch (SQLException e) {
            throw new MainstayException(
                    ErrorCode.DATABASE_UNREACHABLE,
                    "cannot connect to " + config.url().where() + " as " + login.user() + ": " + e.getMessage(),
                    e);
        }
    }

    /// What was deleted after the oldest snapshot cannot be cleared away, so every queue gets slower.
    private static Finding snapshots(Handle handle) {
        var oldest = handle.createQuery(SNAPSHOTS)
                .map((row, context) ->
                        new Snapshot(row.getLong("pid"), row.getString("program"), row.getLong("seconds")))
                .findOne();
        if (oldest.isEmpty() || oldest.get().seconds() < OLD_SNAPSHOT.toSeconds()) {
            return Finding.ok(
                    "long snapshots",
                    oldest.map(snapshot -> "the oldest is " + snapshot.seconds() + " s old")
                            .orElse("none is held"));
        }
        var snapshot = oldest.get();
        return Finding.warning(
                "long snapshots",
                "process " + snapshot.pid() + " (" + snapshot.program() + ") holds one for " + snapshot.seconds()
                        + " s",
                "end it: SELECT pg_terminate_backend(" + snapshot.pid()
                        + "); and set idle_in_transaction_session_timeout for its role");
    }

    private record Snapshot(long pid, String program, long seconds) {}

    private Finding deadTuples(Handle handle) {
        var worst = handle.createQuery(DEAD_TUPLES)
                .bind("schema", config.schema())
                .mapTo(String.class)
                .findOne();
        return worst.map(
                        found -> Finding.warning(
                                "dead tuples",
                                found,
                                "see whether autovacuum runs and nothing holds an old snapshot, then VACUUM (VERBOSE) that table"))
                .orElseGet(() -> Finding.ok("dead tuples", "few enough in every table"));
    }

    private static Finding slots(Handle handle) {
        var worst = handle.createQuery(SLOTS)
                .bind("bytes", RETAINED_BYTES)
                .mapTo(String.class)
                .findOne();
        return worst.map(found -> Finding.warning(
                        "replication slots",
                        found,
                        "let its consumer catch up or drop it with pg_drop_replication_slot, before the disk is full;"
                                + " max_slot_wal_keep_size sets a limit"))
                .orElseGet(() -> Finding.ok("replication slots", "none keeps more than 1 GB of WAL"));
    }

    private static Finding headRoom(Handle handle) {
        var connections = handle.createQuery(HEAD_ROOM)
                .map((row, context) -> new int[] {row.getInt("used"), row.getInt("allowed")})
                .one();
        var detail = connections[0] + " of " + connections[1] + " connections are in use";
        return connections[1] - connections[0] > connections[1] * FEW_LEFT
                ? Finding.ok("connection head-room", detail)
                : Finding.warning(
                        "connection head-room",
                        detail,
                        "raise max_connections, put PgBouncer between, or make database.pools smaller: a node takes 15 or so");
    }

    private static Finding durability(Handle handle) {
        var off = handle.createQuery("""
                SELECT coalesce(string_agg(name || ' = ' || setting, ', ' ORDER BY name), '')
                FROM pg_settings
                WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
                """).mapTo(String.class).one();
        return off.isEmpty()
                ? Finding.ok("durability", "what is acknowledged is on disk")
                : Finding.warning(
                        "durability", off, "turn it on: what was acknowledged is lost when the machine loses power");
    }

    /// The database's clock decides; a node whose clock differs shows confusing times in its logs.
    private Finding clock(Handle handle) {
        var monotonic = MonotonicClock.system();
        var begin = monotonic.nanos();
        var here = wall.instant();
        var there = handle.createQuery("SELECT clock_timestamp()")
                .map((row, context) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .one();
        var middle = here.plusNanos((monotonic.nanos() - begin) / 2);
        return difference(Duration.between(middle, there).abs(), there);
    }

    private static Finding difference(Duration difference, Instant there) {
        var detail = "%d ms between this machine and the database (%s)".formatted(difference.toMillis(), there);
        return difference.compareTo(CLOCK_DIFFERENCE) <= 0
                ? Finding.ok("clock difference", detail)
                : Finding.warning("clock difference", detail, "let NTP set the clocks of both machines");
    }
}

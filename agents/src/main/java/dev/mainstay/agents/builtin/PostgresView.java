package dev.mainstay.agents.builtin;

import dev.mainstay.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What PostgreSQL tells of itself to our role. With the rights of `pg_read_all_stats`, which it has on the embedded
/// server, that is all there is; without, of sessions of other roles only that they are there, but neither their state
/// nor their statement. Thread-safe.
final class PostgresView {
    private static final String READ = """
            SELECT
                (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
                current_setting('max_connections')::integer
                    - current_setting('superuser_reserved_connections')::integer AS connection_limit,
                counted.xact_commit + counted.xact_rollback AS transactions,
                counted.xact_rollback AS rollbacks,
                counted.blks_hit AS hits,
                counted.blks_read AS reads,
                counted.deadlocks AS deadlocks,
                pg_database_size(current_database()) AS size,
                (SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables) AS dead_tuples,
                (SELECT coalesce(sum(n_live_tup), 0) FROM pg_stat_user_tables) AS live_tuples,
                (SELECT max(age(backend_xmin)) FROM pg_stat_activity WHERE backend_xmin IS NOT NULL)
                    AS oldest_snapshot_transactions,
                (SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity
                    WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend')
                    AS oldest_transaction,
                (SELECT extract(epoch FROM clock_timestamp() - min(query_start)) FROM pg_stat_activity
                    WHERE state = 'active' AND pid <> pg_backend_pid() AND backend_type = 'client backend')
                    AS longest_statement
            FROM pg_stat_database counted
            WHERE counted.datname = current_database()
            """;

    private static final Logger LOG = LoggerFactory.getLogger(PostgresView.class);

    private final Database database;
    private volatile boolean isUnreadable;

    PostgresView(Database database) {
        this.database = database;
    }

    /// Gauges of now, and counters since the statistics were reset.
    ///
    /// @param oldestSnapshot in transactions: how far back the oldest snapshot keeps dead rows from being removed
    /// @param oldestTransaction in seconds, 0 when none runs
    /// @param longestStatement in seconds, of those this role may see
    record Reading(
            long connections,
            long connectionLimit,
            long transactions,
            long rollbacks,
            long hits,
            long reads,
            long deadlocks,
            long size,
            long deadTuples,
            long liveTuples,
            long oldestSnapshot,
            double oldestTransaction,
            double longestStatement) {}

    Reading read() {
        return database.read(handle ->
                handle.createQuery(READ).map((row, context) -> reading(row)).one());
    }

    private static Reading reading(ResultSet row) throws SQLException {
        return new Reading(
                row.getLong("connections"),
                row.getLong("connection_limit"),
                row.getLong("transactions"),
                row.getLong("rollbacks"),
                row.getLong("hits"),
                row.getLong("reads"),
                row.getLong("deadlocks"),
                row.getLong("size"),
                row.getLong("dead_tuples"),
                row.getLong("live_tuples"),
                row.getLong("oldest_snapshot_transactions"),
                row.getDouble("oldest_transaction"),
                row.getDouble("longest_statement"));
    }

    /// The highest mean time of a statement called at least ten times, in milliseconds; empty without the extension
    /// pg_stat_statements, or when this role may not read it or the server does not load its library.
    Optional<Double> slowestStatementMillis() {
        if (isUnreadable) {
            return Optional.empty();
        }
        try {
            return database.read(handle -> extension(handle)
                    .flatMap(view -> handle.createQuery("""
                    SELECT max(mean_exec_time)
                    FROM %s
                    WHERE calls >= 10 AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """.formatted(view))
                            .mapTo(Double.class)
                            .findOne()));
        } catch (UnableToExecuteStatementException e) {
            isUnreadable = true;
            LOG.atInfo().log("statements are not measured, pg_stat_statements cannot be read: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /// The extension's view with its schema, which is rarely on our search path.
    private static Optional<String> extension(Handle handle) {
        return handle.createQuery("""
                SELECT format('%I.pg_stat_statements', nspname)
                FROM pg_extension
                JOIN pg_namespace namespace ON namespace.oid = extnamespace
                WHERE extname = 'pg_stat_statements'
                """).mapTo(String.class).findOne();
    }
}

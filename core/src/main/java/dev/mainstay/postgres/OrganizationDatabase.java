package dev.mainstay.postgres;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.result.ResultIterable;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/// The database as one organization sees it: row-level security shows and takes only its rows.
///
/// The organization is a setting local to one transaction. A read sends that setting and its query as one message,
/// which PostgreSQL runs as one implicit transaction: one round trip, and nothing stays behind on the connection.
///
/// The driver must not part the two. It does so before a prepared statement it has described, in fear of a full
/// buffer, and describes those with a parameter whose type it leaves to the server, such as NULL; the query would then
/// see no row. So only a query whose parameters all have a type of their own becomes a prepared statement.
///
/// Thread-safe.
public final class OrganizationDatabase {
    private static final String SET = "SELECT set_config('mainstay.organization', :mainstay_organization, true)";
    private static final StatementCustomizer PREPARED_WHEN_REPEATED = new StatementCustomizer() {};
    private static final StatementCustomizer NEVER_PREPARED = new StatementCustomizer() {
        @Override
        public void beforeExecution(PreparedStatement statement, StatementContext context) throws SQLException {
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
    };

    private final UUID organization;
    private final Pool primary;
    private final @Nullable Replica replica;
    private final boolean forScreens;

    OrganizationDatabase(UUID organization, Pool primary, @Nullable Replica replica, boolean forScreens) {
        this.organization = organization;
        this.primary = primary;
        this.replica = replica;
        this.forScreens = forScreens;
    }

    public UUID organization() {
        return organization;
    }

    /// The same, reading from the replica where one is configured: for screens, which may be a moment late, never for
    /// decisions.
    public OrganizationDatabase forScreens() {
        return new OrganizationDatabase(organization, primary, replica, true);
    }

    /// All rows of one query with named parameters, in one round trip. The query only reads: it is run again when its
    /// connection turns out to be cut off.
    public <T> List<T> list(String sql, Map<String, ?> parameters, RowMapper<T> mapper) {
        if (forScreens && replica != null) {
            Optional<List<T>> rows = replica.pool().flatMap(pool -> attempt(replica, pool, sql, parameters, mapper));
            if (rows.isPresent()) {
                return rows.get();
            }
        }
        return list(primary, sql, parameters, mapper);
    }

    /// The only row of a query, or none; more than one is a defect of the query.
    public <T> Optional<T> find(String sql, Map<String, ?> parameters, RowMapper<T> mapper) {
        List<T> rows = list(sql, parameters, mapper);
        if (rows.size() > 1) {
            throw new IllegalStateException("expected at most one row, got " + rows.size() + " from: " + sql);
        }
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
    }

    /// One transaction that sees and writes rows of the organization alone; run again when it conflicts with another.
    public <R> R write(HandleCallback<R, RuntimeException> work) {
        return Again.transaction(() -> transaction(work));
    }

    /// One such transaction, which waits at most `patience` for each row that another one holds and then gives up: see
    /// [Database#isConflict].
    public <R> R tryWrite(Duration patience, HandleCallback<R, RuntimeException> work) {
        return Again.reading(() -> transaction(handle -> Database.patient(handle, patience, work)));
    }

    private <R> R transaction(HandleCallback<R, RuntimeException> work) {
        return primary.transaction(handle -> {
            handle.createQuery(SET)
                    .bind("mainstay_organization", organization.toString())
                    .mapTo(String.class)
                    .one();
            return work.withHandle(handle);
        });
    }

    // Whatever a replica fails at, be it a table that has not arrived there, the primary may know; but what took too
    // long here would take the primary too long as well.
    private <T> Optional<List<T>> attempt(
            Replica from, Pool pool, String sql, Map<String, ?> parameters, RowMapper<T> mapper) {
        try {
            return Optional.of(list(pool, sql, parameters, mapper));
        } catch (RuntimeException e) {
            if (Failures.isOfValues(e) || Failures.isCancelled(e)) {
                throw e;
            }
            from.distrust();
            return Optional.empty();
        }
    }

    private <T> List<T> list(Pool pool, String sql, Map<String, ?> parameters, RowMapper<T> mapper) {
        boolean isTyped = parameters.values().stream().allMatch(OrganizationDatabase::isTyped);
        return Again.reading(() -> pool.use(handle -> handle.createQuery(SET + "; " + sql)
                .bind("mainstay_organization", organization.toString())
                .bindMap(parameters)
                .addCustomizer(isTyped ? PREPARED_WHEN_REPEATED : NEVER_PREPARED)
                .execute((statement, context) -> second(statement.get(), mapper, context))));
    }

    private static boolean isTyped(@Nullable Object value) {
        return value instanceof String
                || value instanceof UUID
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof OffsetDateTime;
    }

    // The first result is that of set_config.
    private static <T> List<T> second(PreparedStatement statement, RowMapper<T> mapper, StatementContext context)
            throws SQLException {
        if (!statement.getMoreResults()) {
            throw new IllegalArgumentException("a query of an organization must return rows");
        }
        ResultSet rows = statement.getResultSet();
        return ResultIterable.of(() -> rows, mapper, context).list();
    }
}

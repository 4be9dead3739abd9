package dev.mainstay.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;

/// A few connections for one job, and the words for their failures. Remembers whether the last use got an answer.
///
/// Thread-safe.
final class Pool implements AutoCloseable {
    private final HikariDataSource source;
    private final Jdbi jdbi;
    private final String where;
    private final String user;
    private volatile boolean answered = true;

    Pool(PoolConfig config, DatabaseUrl url, Login login, String node, boolean pooler) {
        where = url.where();
        user = login.user();
        Properties properties =
                Connecting.properties(node, config.name(), config.socket().toSeconds(), pooler);
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName("mainstay-" + config.name());
        hikari.setJdbcUrl(url.jdbc());
        hikari.setUsername(login.user());
        hikari.setPassword(login.password());
        hikari.setDataSourceProperties(properties);
        hikari.setMaximumPoolSize(config.size());
        hikari.setMinimumIdle(1);
        hikari.setConnectionTimeout(config.patience().toMillis());
        hikari.setValidationTimeout(Math.min(2_000, config.patience().toMillis()));
        // Opening goes on without a database: the first connection was checked already, and later ones come and go.
        hikari.setInitializationFailTimeout(-1);
        hikari.setExceptionOverride(new EvictReadOnly());
        source = UntestedUse.open(hikari);
        jdbi = jdbi(source);
    }

    private static Jdbi jdbi(HikariDataSource source) {
        Jdbi jdbi = Jdbi.create(source);
        // SQL is sent as written: `<` and `>` are operators here, not templates.
        jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP);
        jdbi.registerArrayType(String.class, "text");
        jdbi.registerArrayType(UUID.class, "uuid");
        jdbi.registerArrayType(Long.class, "int8");
        jdbi.registerArrayType(Integer.class, "int4");
        jdbi.registerArrayType(Double.class, "float8");
        jdbi.registerArrayType(Boolean.class, "bool");
        jdbi.registerArrayType(Instant.class, "timestamptz", instant -> instant.atOffset(ZoneOffset.UTC));
        return jdbi;
    }

    /// Statements that each commit by themselves.
    <R> R use(HandleCallback<R, RuntimeException> work) {
        return observed(() -> jdbi.withHandle(work));
    }

    /// One transaction. Conflicts surface as they are: see [Again].
    <R> R transaction(HandleCallback<R, RuntimeException> work) {
        return observed(() -> jdbi.withHandle(handle -> {
            handle.begin();
            R result = rolledBackOnFailure(handle, work);
            commit(handle);
            return result;
        }));
    }

    private static <R> R rolledBackOnFailure(Handle handle, HandleCallback<R, RuntimeException> work) {
        try {
            return work.withHandle(handle);
        } catch (RuntimeException | Error e) {
            try {
                handle.rollback();
            } catch (RuntimeException whileRollingBack) {
                e.addSuppressed(whileRollingBack);
            }
            throw e;
        }
    }

    private void commit(Handle handle) {
        try {
            handle.commit();
        } catch (RuntimeException e) {
            if (!Failures.isConnectionLost(e)) {
                throw e;
            }
            throw new MainstayException(
                    ErrorCode.COMMIT_UNKNOWN,
                    "The connection to PostgreSQL at " + where
                            + " was lost during a commit: it may have happened or not",
                    e);
        }
    }

    private <R> R observed(Supplier<R> work) {
        try {
            R result = work.get();
            answered = true;
            return result;
        } catch (RuntimeException e) {
            if (source.isClosed() && !(e instanceof MainstayException)) {
                throw new MainstayException(
                        ErrorCode.DATABASE_UNREACHABLE,
                        "PostgreSQL at " + where
                                + " is not asked any more: this process is stopping. Ask another node.",
                        e);
            }
            answered = !Failures.isConnectionLost(e);
            throw Failures.worded(e, where, user);
        }
    }

    /// Whether the last use got an answer, be it a refusal.
    PoolUse use() {
        HikariPoolMXBean pool = source.getHikariPoolMXBean();
        return new PoolUse(
                source.getPoolName().replace("mainstay-", ""),
                pool.getActiveConnections(),
                pool.getIdleConnections(),
                pool.getThreadsAwaitingConnection());
    }

    boolean answered() {
        return answered;
    }

    @Override
    public void close() {
        source.close();
    }

    /// After a fail-over the old primary comes back as a standby: its connections work but cannot
    /// write, so they must go.
    private static final class EvictReadOnly implements SQLExceptionOverride {
        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException failure) {
            return "25006".equals(failure.getSQLState())
                    ? SQLExceptionOverride.Override.MUST_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    }
}

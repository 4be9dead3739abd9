package dev.mainstay.postgres;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/// The one way to PostgreSQL: three small pools (control, engine, api), so that requests never starve the engine, nor
/// work the heartbeat. Failures a person must act on come as [dev.mainstay.MainstayException]; all others are Jdbi's.
///
/// Thread-safe.
public final class Database implements AutoCloseable {
    private static final int SILENT_SECONDS = 5;

    private final DatabaseConfig config;
    private final Server server;
    private final Pool control;
    private final Pool engine;
    private final Pool api;
    private final @Nullable Replica replica;
    private final ReentrantLock probing = new ReentrantLock();

    private Database(DatabaseConfig config, Server server) {
        this.config = config;
        this.server = server;
        control = pool(config.controlPool(), config.url(), config.engine());
        engine = pool(config.enginePool(), config.url(), config.engine());
        api = pool(config.apiPool(), config.url(), config.api());
        DatabaseUrl replicaUrl = config.replica();
        replica = replicaUrl == null
                ? null
                : new Replica(pool(config.apiPool().forReplica(), replicaUrl, config.api()), api, replicaUrl.where());
    }

    private Pool pool(PoolConfig pool, DatabaseUrl url, Login login) {
        return new Pool(pool, url, login, config.node(), server.pooler());
    }

    /// Brings roles and schema up to date where the owner is known, checks them otherwise, and opens the pools.
    public static Database open(DatabaseConfig config) {
        return new Database(config, Opening.prepare(config));
    }

    /// One statement, or a few that each commit by themselves, as the engine.
    public <R> R read(HandleCallback<R, RuntimeException> work) {
        return engine.use(work);
    }

    /// One statement as the engine, which commits by itself and so takes one round trip instead of two;
    /// tried once. Whether one that failed with [#isUnanswered] was done is not known.
    public <R> R statement(HandleCallback<R, RuntimeException> statement) {
        return engine.use(statement);
    }

    /// One transaction as the engine; run again, with jitter, when it conflicted with another one or was cut off
    /// before its commit.
    public <R> R write(HandleCallback<R, RuntimeException> work) {
        return Again.transaction(() -> engine.transaction(work));
    }

    /// One transaction as the engine, which gives up where it meets another one: see [#isConflict].
    public <R> R tryWrite(HandleCallback<R, RuntimeException> work) {
        return Again.reading(() -> engine.transaction(work));
    }

    /// The same, waiting at most `patience` for each row that another one holds.
    public <R> R tryWrite(Duration patience, HandleCallback<R, RuntimeException> work) {
        return Again.reading(() -> engine.transaction(handle -> patient(handle, patience, work)));
    }

    static <R> R patient(Handle handle, Duration patience, HandleCallback<R, RuntimeException> work) {
        handle.createQuery("SELECT set_config('lock_timeout', :patience, true)")
                .bind("patience", patience.toMillis() + "ms")
                .mapTo(String.class)
                .one();
        return work.withHandle(handle);
    }

    /// The same as [#write] on the connections kept for the fleet's own life (sessions, leases, duties), which no work
    /// can use up.
    public <R> R control(HandleCallback<R, RuntimeException> work) {
        return Again.transaction(() -> control.transaction(work));
    }

    /// One statement on those connections, which commits by itself; run again when it was cut off, so doing it twice
    /// must be no harm.
    public <R> R controlStatement(HandleCallback<R, RuntimeException> statement) {
        return Again.reading(() -> control.use(statement));
    }

    /// One transaction on those connections, tried once: a conflict is the caller's.
    <R> R controlOnce(HandleCallback<R, RuntimeException> work) {
        return control.transaction(work);
    }

    /// What `organization` may see and change.
    public OrganizationDatabase api(UUID organization) {
        return new OrganizationDatabase(organization, api, replica, false);
    }

    /// A connection of its own as the engine, never from a pool; the caller closes it. It is given up when the server
    /// stays silent for five seconds, so its statements must be short. `purpose` shows in `pg_stat_activity`.
    public Connection controlConnection(String purpose) {
        return connection(connectionProperties(purpose));
    }

    /// The same for LISTEN: what arrives on it is told at once.
    public Connection listenConnection() {
        Properties properties = connectionProperties("listen");
        PGProperty.SOCKET_FACTORY.set(properties, ListenSockets.class.getName());
        return connection(properties);
    }

    private Properties connectionProperties(String purpose) {
        return Connecting.properties(config.node(), purpose, SILENT_SECONDS, server.pooler());
    }

    private Connection connection(Properties properties) {
        return Connecting.open(config.url(), config.engine(), properties);
    }

    /// Whether work failed for the values it brought, so that it changed nothing and never will; unlike a database that
    /// is away, full or busy.
    public static boolean refusedValues(RuntimeException failure) {
        return Failures.isOfValues(failure);
    }

    /// Whether work met another transaction, so that it changed nothing and may do so later.
    public static boolean isConflict(RuntimeException failure) {
        return Failures.isConflict(failure);
    }

    /// Whether no answer came, so that what was sent may have happened or not; true also when nothing could be sent.
    public static boolean isUnanswered(RuntimeException failure) {
        return Failures.isConnectionLost(failure);
    }

    /// Whether work would have stored something a second time, and changed nothing.
    public static boolean isDuplicate(RuntimeException failure) {
        return Failures.isDuplicate(failure);
    }

    /// Whether the database, or the way to it, had a part in a failure: only then may waiting help.
    public static boolean hadPartIn(RuntimeException failure) {
        return Failures.isOfDatabase(failure);
    }

    /// The code of what PostgreSQL, or its driver, says was wrong; empty when neither had a part in it.
    public static Optional<String> sqlState(Throwable failure) {
        return Failures.state(failure);
    }

    /// Whether a pooler stands between: then no notification arrives and no session is ours.
    public boolean pooler() {
        return server.pooler();
    }

    public int majorVersion() {
        return server.majorVersion();
    }

    /// Where Mainstay's tables are, for statements on connections that are not ours.
    public String schema() {
        return config.schema();
    }

    /// Where the database is, without any password.
    public String where() {
        return config.url().where();
    }

    /// Asks the database, one asker at a time: while it is away each asking waits, so that asking in a loop stays
    /// cheap, and everyone else is told the last answer.
    public boolean isAvailable() {
        if (!probing.tryLock()) {
            return control.answered();
        }
        try {
            return Again.reading(() -> control.use(handle -> handle.execute("SELECT 1") >= -1));
        } catch (RuntimeException e) {
            return false;
        } finally {
            probing.unlock();
        }
    }

    /// How the pools are used at the moment: control, engine and api.
    public List<PoolUse> pools() {
        return List.of(control.use(), engine.use(), api.use());
    }

    /// The database's clock, the one that decides.
    public Instant now() {
        return read(handle -> handle.createQuery("SELECT clock_timestamp()")
                .map((row, context) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .one());
    }

    @Override
    public void close() {
        if (replica != null) {
            replica.close();
        }
        api.close();
        engine.close();
        control.close();
    }
}

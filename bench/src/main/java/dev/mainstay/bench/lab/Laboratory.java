package dev.mainstay.bench.lab;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.embedded.DataFolder;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.postgres.embedded.EmbeddedPostgresConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// A PostgreSQL server of one bench's own, with the settings Mainstay ships and full durability; gone with all its data
/// when the bench ends, also by Ctrl-C. Thread-safe.
public final class Laboratory implements AutoCloseable {
    private final TemporaryFolder root;
    private final DataFolder folder;
    private final EmbeddedPostgresConfig config;
    private final Database database;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile EmbeddedPostgres server;

    private Laboratory(TemporaryFolder root, DataFolder folder, EmbeddedPostgresConfig config) {
        this.root = root;
        this.folder = folder;
        this.server = EmbeddedPostgres.start(config);
        this.config = config.withPort(server.port());
        this.database = Database.open(config("bench").build());
        Threads.onShutdown("bench-cleanup", this::close);
    }

    public static Laboratory open() {
        return open(Map.of());
    }

    /// The same with `settings` of the server beyond those Mainstay ships, which measuring needs.
    public static Laboratory open(Map<String, String> settings) {
        var root = TemporaryFolder.create();
        DataFolder folder = DataFolder.open(root.path().resolve("data"));
        var config = EmbeddedPostgresConfig.in(folder.postgres()).withSettings(settings);
        return new Laboratory(root, folder, config);
    }

    /// A place for files that go when the bench ends; made by whoever needs it.
    public Path folder(String name) {
        return root.path().resolve(name);
    }

    /// The migrated database as the engine sees it.
    public Database database() {
        return database;
    }

    /// What opens the database once more, as a node of this name would.
    public DatabaseConfig.Builder config(String node) {
        return DatabaseConfig.at(url()).owner(user(), password()).node(node);
    }

    /// The address, without user and password.
    public String url() {
        return url("postgres");
    }

    /// The address of another database of the server.
    public String url(String name) {
        return "jdbc:postgresql://" + server.host() + ":" + server.port() + "/" + name;
    }

    public String user() {
        return server.superuser();
    }

    public String password() {
        return server.superuserPassword();
    }

    /// A connection of the superuser in Mainstay's schema, for preparing rows and counting them.
    public Connection superuser() {
        try {
            Connection connection = DriverManager.getConnection(url(), user(), password());
            try (var statement = connection.createStatement()) {
                statement.execute("SET search_path = mainstay");
            }
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's server refused its superuser", e);
        }
    }

    /// Runs statements of the superuser, each in a transaction of its own.
    public void execute(String... statements) {
        try (Connection connection = superuser();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("preparing the bench failed", e);
        }
    }

    /// The one number that `sql` answers.
    public double number(String sql) {
        try (Connection connection = superuser();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getDouble(1);
        } catch (SQLException e) {
            throw new IllegalStateException("counting failed: " + sql, e);
        }
    }

    /// What the clock of the server says, as PostgreSQL writes it.
    public String time() {
        try (Connection connection = superuser();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT clock_timestamp()::text")) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's server has no time", e);
        }
    }

    public String version() {
        return database.read(handle ->
                handle.createQuery("SHOW server_version").mapTo(String.class).one());
    }

    /// The statements the server is sent from now on by programs whose name begins so; it must have been opened with
    /// [StatementLog#SETTINGS].
    public StatementLog statements(String programs) {
        return StatementLog.from(server.log(), programs);
    }

    /// What the whole server has used of the processors.
    public ServerCpu cpu() {
        return new ServerCpu(server.postmasterPid());
    }

    /// Takes the server away, cutting every connection; its data stays.
    public void stopServer() {
        server.stop();
    }

    /// What `kill -9` of its first process does: it gets no chance to write anything down.
    public void killServer() {
        ProcessHandle.of(server.postmasterPid()).ifPresent(postmaster -> {
            postmaster.destroyForcibly();
            postmaster.onExit().join();
        });
        server.stop();
    }

    /// Brings it back at the same address; returns when it takes connections.
    public void startServer() {
        server = EmbeddedPostgres.start(config);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            database.close();
            server.stop();
            EmbeddedPostgres.discard(folder.postgres());
            folder.delete();
            root.close();
        }
    }
}

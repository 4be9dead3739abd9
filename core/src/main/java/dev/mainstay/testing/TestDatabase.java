package dev.mainstay.testing;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// A migrated database of one's own on the test server: cloned in a fraction of a second from a template that is
/// migrated once a process, dropped on close.
///
/// ```java
/// try (var test = TestDatabase.create()) {
///     test.database().write(handle -> …);
/// }
/// ```
///
/// Thread-safe.
public final class TestDatabase implements AutoCloseable {
    private final TestPostgres server;
    private final String name;
    private final Database database;

    private TestDatabase(TestPostgres server, String name, Database database) {
        this.server = server;
        this.name = name;
        this.database = database;
    }

    /// A clone of the migrated template, opened with the default settings.
    public static TestDatabase create() {
        return create(UnaryOperator.identity());
    }

    /// A clone of the migrated template, opened with settings changed by `settings`.
    public static TestDatabase create(UnaryOperator<DatabaseConfig.Builder> settings) {
        TestPostgres server = TestPostgres.shared();
        String name = uniqueName();
        server.createDatabase(name, Template.NAME);
        return new TestDatabase(
                server, name, Database.open(settings.apply(config(server, name)).build()));
    }

    private static String uniqueName() {
        return "test_" + UUID.randomUUID().toString().replace("-", "");
    }

    private static DatabaseConfig.Builder config(TestPostgres server, String name) {
        return DatabaseConfig.at(server.url(name))
                .owner(server.superuser(), server.password())
                .node("test");
    }

    public Database database() {
        return database;
    }

    /// What opens this database once more, as another node would.
    public DatabaseConfig.Builder config() {
        return config(server, name);
    }

    public String name() {
        return name;
    }

    /// The address, without user and password.
    public String url() {
        return server.url(name);
    }

    /// A connection of the superuser, whom row-level security does not bind; for what a test must see
    /// or break from outside.
    public Connection superuser() throws SQLException {
        Connection connection = DriverManager.getConnection(url(), server.superuser(), server.password());
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = mainstay");
        }
        return connection;
    }

    /// Cuts every connection and refuses new ones, as a database that is away does.
    public void goAway() {
        administer("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
        administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
    }

    /// Ends what [#goAway] began.
    public void comeBack() {
        administer("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    }

    private void administer(String sql) {
        try (Connection connection =
                        DriverManager.getConnection(server.url("postgres"), server.superuser(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        database.close();
        server.dropDatabase(name);
    }

    /// The database all others are cloned from; migrated by whoever needs it first, gone with the server.
    private static final class Template {
        private static final String NAME = make(TestPostgres.shared());

        private Template() {}

        private static String make(TestPostgres server) {
            String name = "template_" + uniqueName();
            server.createDatabase(name, null);
            server.dropAtEnd(name);
            Database.open(config(server, name).build()).close();
            return name;
        }
    }
}

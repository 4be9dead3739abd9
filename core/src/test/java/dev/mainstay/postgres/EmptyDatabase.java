package dev.mainstay.postgres;

import dev.mainstay.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/// A database with nothing in it, and names for roles that nobody else has.
record EmptyDatabase(TestPostgres server, String name) implements AutoCloseable {
    static EmptyDatabase create() {
        EmptyDatabase empty = named();
        empty.server.createDatabase(empty.name, null);
        return empty;
    }

    /// A name that no database has yet.
    static EmptyDatabase named() {
        return new EmptyDatabase(
                TestPostgres.shared(), "empty_" + UUID.randomUUID().toString().replace("-", ""));
    }

    String url() {
        return server.url(name);
    }

    String engineRole() {
        return "engine_" + name;
    }

    String apiRole() {
        return "api_" + name;
    }

    DatabaseConfig.Builder config() {
        return DatabaseConfig.at(url())
                .owner(server.superuser(), server.password())
                .roles(engineRole(), apiRole());
    }

    void asSuperuser(String database, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(server.url(database), server.superuser(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        server.dropDatabase(name);
    }
}

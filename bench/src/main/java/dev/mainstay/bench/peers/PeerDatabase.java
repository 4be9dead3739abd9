package dev.mainstay.bench.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mainstay.bench.lab.Laboratory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;

/// A peer's own database on the bench's server: the same server, the same settings, the same durability. Immutable and
/// thread-safe.
///
/// @param url with which JDBC opens it
record PeerDatabase(String url, String user, String password) {
    /// @param name of the database, created here
    static PeerDatabase create(Laboratory laboratory, String name) {
        laboratory.execute("CREATE DATABASE " + name);
        return new PeerDatabase(laboratory.url(name), laboratory.user(), laboratory.password());
    }

    /// So many connections, all open from the start; batches of statements go as one, as both peers advise.
    HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(size);
        return new HikariDataSource(config);
    }

    void execute(String... statements) {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("preparing a peer's database failed", e);
        }
    }

    long count(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException("counting failed: " + sql, e);
        }
    }

    /// When the server says it is.
    Instant now() {
        return Instant.ofEpochMilli(count("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"));
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }
}

package dev.mainstay.server;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.embedded.DataFolder;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.postgres.embedded.EmbeddedPostgresConfig;
import dev.mainstay.postgres.embedded.RunningPostgres;
import dev.mainstay.server.config.ConfigSources;
import dev.mainstay.server.config.MainstayConfig;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/// The database a node stands on: its own embedded one, that of the Mainstay it joins, or one given by URL. Stateless
/// and thread-safe.
public final class Ground {
    private static final String NAME = "mainstay";

    private Ground() {}

    /// Starts the embedded server where it is this node's own, and says how to open the database.
    static DatabaseConfig prepare(Launch launch, String node, DataFolder folder, Opened opened) {
        var config = launch.config();
        if (config.database().url() != null) {
            return given(config, node);
        }
        if (launch.joins()) {
            return running(config, node);
        }
        var postgres = opened.add(EmbeddedPostgres.start(EmbeddedPostgresConfig.in(folder.postgres()))
                .keepRunning());
        return embedded(
                config,
                new RunningPostgres(
                        postgres.host(), postgres.port(), postgres.superuser(), postgres.superuserPassword()),
                node);
    }

    /// How to open the database of a Mainstay that runs, or the one given by URL.
    public static DatabaseConfig running(MainstayConfig config, String node) {
        return config.database().url() != null ? given(config, node) : embedded(config, required(config.data()), node);
    }

    private static RunningPostgres required(Path data) {
        return RunningPostgres.in(data.resolve("postgres"))
                .orElseThrow(() -> new MainstayException(
                        ErrorCode.DATABASE_UNREACHABLE,
                        "no PostgreSQL runs in " + data.toAbsolutePath().normalize()
                                + ": start a Mainstay there first (`mainstay up`), or set database.url"));
    }

    private static DatabaseConfig given(MainstayConfig config, String node) {
        try {
            return config.database().toConfig(node);
        } catch (IllegalArgumentException e) {
            throw ConfigSources.refused("database", e);
        }
    }

    private static DatabaseConfig embedded(MainstayConfig config, RunningPostgres server, String node) {
        var builder = DatabaseConfig.at("jdbc:postgresql://" + server.host() + ":" + server.port() + "/" + NAME)
                .owner(server.superuser(), server.password());
        return config.database().finish(builder, node);
    }

    /// Opens the database; the one of the embedded server is made when it is not there yet, and its engine may see what
    /// the sessions of others do.
    static Database open(DatabaseConfig config, boolean embedded) {
        if (!embedded) {
            return Database.open(config);
        }
        var database = openOrCreate(config);
        if (!seesAllSessions(database)) {
            asOwner(config, "GRANT pg_read_all_stats TO \"" + config.engine().user() + '"');
        }
        return database;
    }

    private static Database openOrCreate(DatabaseConfig config) {
        try {
            return Database.open(config);
        } catch (MainstayException e) {
            if (e.code() != ErrorCode.DATABASE_MISSING) {
                throw e;
            }
            asOwner(config, "CREATE DATABASE " + NAME);
            return Database.open(config);
        }
    }

    private static boolean seesAllSessions(Database database) {
        return database.read(handle -> handle.createQuery("SELECT pg_has_role('pg_read_all_stats', 'USAGE')")
                .mapTo(Boolean.class)
                .one());
    }

    private static void asOwner(DatabaseConfig config, String sql) {
        var owner = config.owner();
        if (owner == null) {
            throw new IllegalStateException("the embedded database always has an owner");
        }
        var url = config.url().jdbc().replaceFirst("/" + NAME + "$", "/postgres");
        try (var connection = DriverManager.getConnection(url, owner.user(), owner.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new MainstayException(
                    ErrorCode.EMBEDDED_POSTGRES, "the embedded PostgreSQL refused '" + sql + "': " + e.getMessage(), e);
        }
    }
}

package dev.mainstay.server.config;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Secret;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.DatabaseUrl;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which database; without a URL the embedded PostgreSQL in the data folder. Immutable and thread-safe.
public record DatabaseSettings(
        @Doc(
                "postgresql://host:5432/database or jdbc:postgresql://host1,host2/database?sslmode=verify-full; without it PostgreSQL comes embedded.")
        @Nullable
        String url,

        @Doc(
                "The owner of the tables, who migrates. Leave it out where an administrator ran `mainstay db init --print-sql`.")
        @Nullable
        String user,

        @Doc("The owner's password.") @Nullable Secret password,
        Optional<RoleLogin> engine,
        Optional<RoleLogin> api,

        @Doc("A streaming replica that screens may read; decisions are never read from it.") @Nullable
        String replica,

        @Default("mainstay") @Doc("The schema all tables are in.")
        String schema,

        PoolSettings pools) {
    private static final String PREFIX = "database.";

    /// A role of the running program. Immutable and thread-safe.
    public record RoleLogin(
            @Doc("The role's name.") String user,
            @Doc("The role's password.") Secret password) {}

    /// How many connections each part of the program may hold. Immutable and thread-safe.
    public record PoolSettings(
            @Default("2") @Doc("Connections for sessions, leases and duties.")
            int control,

            @Default("6") @Doc("Connections for the agents' telemetry and state.")
            int engine,

            @Default("6") @Doc("Connections for requests.") int api) {
        public PoolSettings {
            requirePositive("control", control);
            requirePositive("engine", engine);
            requirePositive("api", api);
        }

        private static void requirePositive(String pool, int size) {
            if (size < 1) {
                throw new IllegalArgumentException(pool + " must be at least 1, was " + size);
            }
        }
    }

    public DatabaseSettings {
        if (url == null
                && (user != null || password != null || replica != null || engine.isPresent() || api.isPresent())) {
            throw new IllegalArgumentException(
                    "url is missing, and user, password, engine, api and replica say nothing without it");
        }
        requireUrl("url", url);
        requireUrl("replica", replica);
    }

    private static void requireUrl(String key, @Nullable String url) {
        if (url == null) {
            return;
        }
        try {
            DatabaseUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()).replaceFirst("^database\\.url", key), e);
        }
    }

    /// How to open the database at [#url], as the given node.
    ///
    /// @throws IllegalArgumentException when the parts do not fit together; the message names full keys
    public DatabaseConfig toConfig(String node) {
        if (url == null) {
            throw new IllegalStateException(PREFIX + "url is not set");
        }
        var builder = DatabaseConfig.at(url);
        if (user != null) {
            builder.owner(user, password == null ? "" : password.reveal());
        }
        engine.ifPresent(login -> builder.engine(login.user(), login.password().reveal()));
        api.ifPresent(login -> builder.api(login.user(), login.password().reveal()));
        if (replica != null) {
            builder.replica(replica);
        }
        return finish(builder, node);
    }

    /// What applies to an embedded database too.
    public DatabaseConfig finish(DatabaseConfig.Builder builder, String node) {
        return builder.schema(schema)
                .node(node)
                .poolSizes(pools.control(), pools.engine(), pools.api())
                .build();
    }
}

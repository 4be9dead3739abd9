package dev.mainstay.postgres;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// All that is needed to open a [Database]; valid once it exists.
///
/// Three roles share the work: the owner migrates (absent: migrations are checked, not run), the engine runs the
/// fleet, the api serves requests under row-level security. Where only the owner is known, the other two take
/// passwords derived from its own, which every node computes alike.
///
/// Immutable and thread-safe.
public record DatabaseConfig(
        DatabaseUrl url,
        @Nullable Login owner,
        Login engine,
        Login api,
        @Nullable DatabaseUrl replica,
        String schema,
        String node,
        PoolConfig controlPool,
        PoolConfig enginePool,
        PoolConfig apiPool) {
    public static final String ENGINE_ROLE = "mainstay_engine";
    public static final String API_ROLE = "mainstay_api";
    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    public DatabaseConfig {
        if (!NAME.matcher(schema).matches() || schema.startsWith("pg_")) {
            throw new IllegalArgumentException(
                    "database.schema must be lower-case letters, digits and _, not starting with pg_, was '" + schema
                            + "'");
        }
        requireRoleName("engine", engine);
        requireRoleName("api", api);
        if (engine.user().equals(api.user())) {
            throw new IllegalArgumentException(
                    "database.engine and database.api must be two roles, both were '" + engine.user() + "'");
        }
        if (owner != null && (owner.user().equals(engine.user()) || owner.user().equals(api.user()))) {
            throw new IllegalArgumentException(
                    "database.user '" + owner.user()
                            + "' owns the tables and cannot also be the engine or api role: row-level security would not bind it");
        }
    }

    private static void requireRoleName(String setting, Login login) {
        if (!NAME.matcher(login.user()).matches()) {
            throw new IllegalArgumentException("database." + setting
                    + ".user must be lower-case letters, digits and _, was '" + login.user() + "'");
        }
    }

    /// Whether the password of this role follows from the owner's.
    boolean isDerived(Login login) {
        return owner != null
                && !owner.password().isEmpty()
                && owner.derive(login.user()).equals(login);
    }

    public static Builder at(String url) {
        return new Builder(DatabaseUrl.parse(url));
    }

    /// Used by one thread.
    public static final class Builder {
        private final DatabaseUrl url;
        private @Nullable Login owner;
        private String engineRole = ENGINE_ROLE;
        private String apiRole = API_ROLE;
        private @Nullable Login engine;
        private @Nullable Login api;
        private @Nullable DatabaseUrl replica;
        private String schema = "mainstay";
        private String node = "node";
        private PoolConfig controlPool = PoolConfig.CONTROL;
        private PoolConfig enginePool = PoolConfig.ENGINE;
        private PoolConfig apiPool = PoolConfig.API;

        private Builder(DatabaseUrl url) {
            this.url = url;
            this.owner = url.login();
        }

        public Builder owner(String user, String password) {
            // Java callers often pass System.getenv(…) as it is.
            Objects.requireNonNull(
                    password,
                    () -> "the password of database user " + user
                            + " is null; is the environment variable set from which it comes?");
            owner = new Login(user, password);
            return this;
        }

        public Builder engine(String user, String password) {
            engine = new Login(user, password);
            return this;
        }

        public Builder api(String user, String password) {
            api = new Login(user, password);
            return this;
        }

        /// Other names for the two roles whose passwords are derived.
        public Builder roles(String newEngineRole, String newApiRole) {
            engineRole = newEngineRole;
            apiRole = newApiRole;
            return this;
        }

        /// A streaming replica for screens; decisions are never read from it.
        public Builder replica(String replicaUrl) {
            replica = DatabaseUrl.parseReplica(replicaUrl);
            return this;
        }

        public Builder schema(String newSchema) {
            schema = newSchema;
            return this;
        }

        /// The name of this node, seen in `pg_stat_activity` as `mainstay/<node>/<pool>`.
        public Builder node(String newNode) {
            node = newNode;
            return this;
        }

        public Builder poolSizes(int control, int engineSize, int apiSize) {
            controlPool = controlPool.withSize(control);
            enginePool = enginePool.withSize(engineSize);
            apiPool = apiPool.withSize(apiSize);
            return this;
        }

        public Builder enginePool(PoolConfig pool) {
            enginePool = pool;
            return this;
        }

        public Builder apiPool(PoolConfig pool) {
            apiPool = pool;
            return this;
        }

        public DatabaseConfig build() {
            return new DatabaseConfig(
                    url,
                    owner,
                    engine != null ? engine : derived(engineRole),
                    api != null ? api : derived(apiRole),
                    replica,
                    schema,
                    node,
                    controlPool,
                    enginePool,
                    apiPool);
        }

        private Login derived(String role) {
            if (owner == null) {
                throw new IllegalArgumentException("database.user and database.password are needed,"
                        + " or else database.engine and database.api, each with user and password");
            }
            return owner.derive(role);
        }
    }
}

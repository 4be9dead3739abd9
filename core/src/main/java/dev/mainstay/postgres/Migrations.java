package dev.mainstay.postgres;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/// Brings the schema up to date, or says what that would take. Several nodes may start at once: one migrates, the
/// others wait for it (Flyway's lock, held by a transaction so that a pooler does not break it).
///
/// Thread-safe.
public final class Migrations {
    // A migration that cannot get its lock in two seconds steps back, so that it never queues up the whole fleet behind
    // it.
    private static final RetryPolicy<Object> LOCKED = RetryPolicy.builder()
            .handleIf(Failures::isConflict)
            .withMaxRetries(30)
            .withDelay(Duration.ofMillis(500))
            .withJitter(0.5)
            .build();

    private final DatabaseConfig config;

    public Migrations(DatabaseConfig config) {
        this.config = config;
    }

    /// Each migration this program brings or the database has, oldest first.
    public List<MigrationStatus> status() {
        try (Connection connection = connect()) {
            return SchemaHistory.read(connection, config.schema());
        } catch (SQLException e) {
            throw Failures.connecting(e, config.url().where(), login().user());
        }
    }

    /// The SQL that [#migrate] would run, ready to read; empty when nothing is pending.
    public String dryRun() {
        List<Integer> pending = versions(status(), MigrationStatus.State.PENDING);
        return PackagedMigration.ALL.stream()
                .filter(migration -> pending.contains(migration.version()))
                .map(migration -> "-- " + migration.file() + "\n" + migration.filled(placeholders()))
                .collect(Collectors.joining("\n"));
    }

    /// Applies what is pending and says how many that were.
    public int migrate() {
        try (Connection connection = connect()) {
            Server server = Server.of(connection);
            server.requireUsable(config.url().where());
            if (config.owner() != null) {
                new Roles(config).ensure(connection, server.majorVersion());
            }
            return migrate(connection);
        } catch (SQLException e) {
            throw Failures.connecting(e, config.url().where(), login().user());
        }
    }

    int migrate(Connection connection) throws SQLException {
        List<MigrationStatus> before = SchemaHistory.read(connection, config.schema());
        refuseUnusable(before);
        List<Integer> pending = versions(before, MigrationStatus.State.PENDING);
        if (pending.isEmpty()) {
            return 0;
        }
        Login owner = config.owner();
        if (owner == null) {
            throw new MainstayException(
                    ErrorCode.SCHEMA_MISSING,
                    "The database at " + config.url().where() + " lacks migrations " + pending + ", and user "
                            + config.engine().user() + " may not run them. Run `mainstay db migrate` with database.user"
                            + " and database.password of the owner.");
        }
        return Failsafe.with(LOCKED).get(() -> FlywayRun.migrate(config, owner, placeholders()));
    }

    private void refuseUnusable(List<MigrationStatus> statuses) {
        List<Integer> unknown = versions(statuses, MigrationStatus.State.UNKNOWN);
        if (!unknown.isEmpty()) {
            throw new MainstayException(
                    ErrorCode.SCHEMA_NEWER,
                    "The database at " + config.url().where() + " was migrated to version " + unknown.getLast()
                            + " by a newer Mainstay; this one knows " + PackagedMigration.newest()
                            + ". Start the newer Mainstay, or restore a backup from before.");
        }
        refuse(
                versions(statuses, MigrationStatus.State.CHANGED),
                "was applied with other content than this program brings");
        refuse(versions(statuses, MigrationStatus.State.FAILED), "failed half-way before");
    }

    private void refuse(List<Integer> versions, String what) {
        if (!versions.isEmpty()) {
            throw new MainstayException(
                    ErrorCode.SCHEMA_BROKEN,
                    "Migration " + versions.getFirst() + " of the database at "
                            + config.url().where() + " " + what
                            + ". Use the Mainstay that wrote it, or start on an empty database.");
        }
    }

    private static List<Integer> versions(List<MigrationStatus> statuses, MigrationStatus.State state) {
        return statuses.stream()
                .filter(status -> status.state() == state)
                .map(MigrationStatus::version)
                .toList();
    }

    private Map<String, String> placeholders() {
        return Map.of(
                "engine", config.engine().user(),
                "api", config.api().user(),
                "schema", config.schema());
    }

    private Login login() {
        return config.owner() != null ? config.owner() : config.engine();
    }

    private Connection connect() {
        return Connecting.open(config.url(), login(), ownerProperties(config));
    }

    /// Migrations may take long, so no socket timeout; and a pooler may be between, so no named statements.
    static Properties ownerProperties(DatabaseConfig config) {
        return Connecting.properties(config.node(), "migrations", 0, true);
    }
}

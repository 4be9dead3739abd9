package dev.mainstay.postgres;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.resource.LoadableResource;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/// One run of Flyway. Apart, because loading Flyway takes longer than all the rest of a start: only who has something
/// to migrate comes here.
///
/// Stateless and thread-safe.
final class FlywayRun {
    private FlywayRun() {}

    static int migrate(DatabaseConfig config, Login owner, Map<String, String> placeholders) {
        FluentConfiguration flyway = Flyway.configure(FlywayRun.class.getClassLoader())
                .dataSource(dataSource(config, owner))
                .defaultSchema(config.schema())
                .createSchemas(true)
                .table(SchemaHistory.TABLE)
                .placeholders(placeholders)
                .resourceProvider(new Packaged())
                .skipDefaultResolvers(false)
                .failOnMissingLocations(false)
                .locations(new String[0])
                .validateMigrationNaming(true)
                .loggers("slf4j")
                .callbacks(new BeforeEach(config.schema()));
        flyway.getConfigurationExtension(PostgreSQLConfigurationExtension.class).setTransactionalLock(true);
        try {
            return flyway.load().migrate().migrationsExecuted;
        } catch (FlywayException e) {
            if (Failures.isConflict(e)) {
                throw e;
            }
            throw failed(config, owner, e);
        }
    }

    private static MainstayException failed(DatabaseConfig config, Login owner, FlywayException failure) {
        RuntimeException worded = Failures.worded(failure, config.url().where(), owner.user());
        return worded instanceof MainstayException known
                ? known
                : new MainstayException(
                        ErrorCode.SCHEMA_BROKEN,
                        "Migrating the database at " + config.url().where() + " failed and changed nothing: "
                                + failure.getMessage(),
                        failure);
    }

    private static DataSource dataSource(DatabaseConfig config, Login owner) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        try {
            source.setUrl(config.url().jdbc());
            Migrations.ownerProperties(config).forEach((name, value) -> set(source, name.toString(), value.toString()));
            source.setUser(owner.user());
            source.setPassword(owner.password());
            return source;
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(
                    "database.url is refused by the driver: " + config.url().where(), e);
        }
    }

    private static void set(PGSimpleDataSource source, String name, String value) {
        try {
            source.setProperty(name, value);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Packaged implements ResourceProvider {
        @Override
        public @Nullable LoadableResource getResource(String name) {
            return PackagedMigration.ALL.stream()
                    .map(PackagedMigration::resource)
                    .filter(resource -> resource.getRelativePath().equals(name))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
            return PackagedMigration.ALL.stream()
                    .map(PackagedMigration::resource)
                    .filter(resource -> resource.getFilename().startsWith(prefix))
                    .filter(resource -> List.of(suffixes).contains(".sql"))
                    .toList();
        }
    }

    /// Settings that last for the migration's transaction alone, set inside it.
    private static final class BeforeEach extends BaseCallback {
        private final String schema;

        private BeforeEach(String schema) {
            this.schema = schema;
        }

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_EACH_MIGRATE;
        }

        @Override
        public boolean canHandleInTransaction(Event event, Context context) {
            return true;
        }

        @Override
        public void handle(Event event, Context context) {
            try (Statement statement = context.getConnection().createStatement()) {
                statement.execute("SET LOCAL lock_timeout = '2s'");
                statement.execute("SET LOCAL search_path = " + Quoted.name(schema));
            } catch (SQLException e) {
                throw new FlywayException("settings of the migration were refused: " + e.getMessage(), e);
            }
        }

        @Override
        public String getCallbackName() {
            return "mainstay";
        }
    }
}

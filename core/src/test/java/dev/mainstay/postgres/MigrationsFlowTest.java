package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationsFlowTest {
    private static final List<MigrationStatus> ALL_APPLIED = PackagedMigration.ALL.stream()
            .map(each -> new MigrationStatus(each.version(), each.description(), MigrationStatus.State.APPLIED))
            .toList();

    private static void asSuperuser(TestDatabase test, String sql) throws SQLException {
        try (Connection connection = test.superuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void the_list_of_migrations_is_what_the_folder_holds() throws IOException, URISyntaxException {
        URI folder = Objects.requireNonNull(Database.class.getResource("/dev/mainstay/migration"))
                .toURI();
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(PackagedMigration.ALL.stream()
                            .map(PackagedMigration::file)
                            .toList());
        }
    }

    @Test
    void migrating_twice_changes_nothing_the_second_time() {
        try (EmptyDatabase empty = EmptyDatabase.create()) {
            Migrations migrations = new Migrations(empty.config().build());

            assertThat(migrations.status())
                    .extracting(MigrationStatus::state)
                    .containsOnly(MigrationStatus.State.PENDING);
            assertThat(migrations.migrate()).isEqualTo(PackagedMigration.ALL.size());
            assertThat(migrations.migrate()).isZero();
            assertThat(migrations.status()).containsExactlyElementsOf(ALL_APPLIED);
        }
    }

    @Test
    void nodes_that_start_together_migrate_once() throws Exception {
        try (EmptyDatabase empty = EmptyDatabase.create();
                ExecutorService nodes = Threads.virtualExecutor("node-")) {
            Callable<Integer> node = () -> {
                try (Database database = Database.open(empty.config().build())) {
                    return database.read(handle -> handle.createQuery("SELECT count(*) FROM organizations")
                            .mapTo(Integer.class)
                            .one());
                }
            };
            for (Future<Integer> result : nodes.invokeAll(Collections.nCopies(4, node))) {
                assertThat(result.get()).isEqualTo(1);
            }
        }
    }

    @Test
    void a_dry_run_prints_the_sql_and_runs_none() {
        try (EmptyDatabase empty = EmptyDatabase.create()) {
            Migrations migrations = new Migrations(empty.config().build());

            assertThat(migrations.dryRun())
                    .contains("CREATE TABLE agents (")
                    .contains("TO " + empty.engineRole())
                    .doesNotContain("${");
            assertThat(migrations.status())
                    .extracting(MigrationStatus::state)
                    .containsOnly(MigrationStatus.State.PENDING);
        }
    }

    @Test
    void nothing_pending_prints_nothing() {
        try (TestDatabase test = TestDatabase.create()) {
            assertThat(new Migrations(test.config().build()).dryRun()).isEmpty();
        }
    }

    @Test
    void a_database_of_a_newer_mainstay_is_left_alone() throws SQLException {
        try (TestDatabase test = TestDatabase.create()) {
            asSuperuser(test, """
                    INSERT INTO flyway_schema_history
                        (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                    VALUES (99, '99', 'of tomorrow', 'SQL', 'V99__of_tomorrow.sql', 1, 'x', 1, true)
                    """);

            assertThatThrownBy(() -> Database.open(test.config().build()))
                    .isInstanceOfSatisfying(
                            MainstayException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SCHEMA_NEWER))
                    .hasMessageContaining("version 99")
                    .hasMessageContaining("Start the newer Mainstay");
            assertThat(new Migrations(test.config().build()).status())
                    .contains(new MigrationStatus(99, "of tomorrow", MigrationStatus.State.UNKNOWN));
        }
    }

    @Test
    void a_migration_that_changed_since_is_refused() throws SQLException {
        try (TestDatabase test = TestDatabase.create()) {
            asSuperuser(test, "UPDATE flyway_schema_history SET checksum = 7 WHERE version = '1'");

            assertThatThrownBy(() -> Database.open(test.config().build()))
                    .isInstanceOfSatisfying(
                            MainstayException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SCHEMA_BROKEN))
                    .hasMessageContaining("other content");
        }
    }

    @Test
    void without_the_owner_the_schema_is_checked_and_used() {
        try (TestDatabase test = TestDatabase.create()) {
            DatabaseConfig full = test.config().build();
            DatabaseConfig withoutOwner = DatabaseConfig.at(test.url())
                    .engine(full.engine().user(), full.engine().password())
                    .api(full.api().user(), full.api().password())
                    .build();

            try (Database database = Database.open(withoutOwner)) {
                assertThat(database.isAvailable()).isTrue();
            }
            assertThat(new Migrations(withoutOwner).status()).containsExactlyElementsOf(ALL_APPLIED);
        }
    }

    @Test
    void without_the_owner_an_empty_database_is_refused_with_the_remedy() {
        try (TestDatabase roles = TestDatabase.create();
                EmptyDatabase empty = EmptyDatabase.create()) {
            DatabaseConfig full = roles.config().build();

            assertThatThrownBy(() -> Database.open(DatabaseConfig.at(empty.url())
                            .engine(full.engine().user(), full.engine().password())
                            .api(full.api().user(), full.api().password())
                            .build()))
                    .isInstanceOfSatisfying(
                            MainstayException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SCHEMA_MISSING))
                    .hasMessageContaining("mainstay db migrate");
        }
    }
}

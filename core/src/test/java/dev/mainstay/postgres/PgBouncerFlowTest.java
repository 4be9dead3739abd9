package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.mapper.RowMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.slf4j.LoggerFactory;

/// Everything behind a pooler in transaction mode: opened, migrated, written and read through it.
class PgBouncerFlowTest {
    private static final RowMapper<String> FIRST = (row, context) -> row.getString(1);

    @TempDir
    private static Path folder;

    private static PgBouncer bouncer;
    private static EmptyDatabase empty;
    private static DatabaseConfig config;
    private static Database database;

    @BeforeAll
    static void open() throws IOException {
        Optional<Path> program = PgBouncer.program();
        if (program.isEmpty()) {
            LoggerFactory.getLogger(PgBouncerFlowTest.class)
                    .error(
                            "SKIPPED: pgbouncer is not installed, so nothing is tried behind a pooler (apt-get install pgbouncer)");
        }
        assumeTrue(program.isPresent(), "pgbouncer is not installed");
        TestPostgres server = TestPostgres.shared();
        empty = EmptyDatabase.create();
        Login owner = new Login(server.superuser(), server.password());
        bouncer = PgBouncer.start(
                program.get(), folder, List.of(owner, owner.derive(empty.engineRole()), owner.derive(empty.apiRole())));
        config = DatabaseConfig.at(bouncer.url(empty.name()))
                .owner(owner.user(), owner.password())
                .roles(empty.engineRole(), empty.apiRole())
                .node("bounced")
                .build();
        database = Database.open(config);
    }

    @AfterAll
    static void close() {
        if (database != null) {
            database.close();
            bouncer.close();
            empty.close();
        }
    }

    @Test
    void the_pooler_is_noticed() {
        assertThat(database.pooler()).isTrue();
    }

    @Test
    void a_fleet_joins_places_its_agents_and_stores_their_heartbeats() throws Exception {
        CountDownLatch ticks = new CountDownLatch(3);
        try (Fleet fleet = Fleet.builder()
                .database(database)
                .node("bounced")
                .agent("worker", Duration.ofMillis(50), context -> ticks.countDown())
                .start()) {
            assertThat(ticks.await(1, TimeUnit.MINUTES)).isTrue();
            Eventually.holds("heartbeats are stored", Duration.ofMinutes(1), () -> heartbeats() > 1);
            assertThat(fleet.node().isTrusted()).isTrue();
        }
    }

    private static int heartbeats() {
        return database.read(handle -> handle.createQuery("SELECT count(*) FROM agent_heartbeats")
                .mapTo(Integer.class)
                .one());
    }

    @Test
    void nodes_that_start_together_find_one_schema() throws Exception {
        try (ExecutorService nodes = Threads.virtualExecutor("node-")) {
            Callable<Boolean> node = () -> {
                try (Database other = Database.open(config)) {
                    return other.isAvailable();
                }
            };
            for (Future<Boolean> result : nodes.invokeAll(List.of(node, node, node))) {
                assertThat(result.get()).isTrue();
            }
        }
        assertThat(new Migrations(config).status())
                .extracting(MigrationStatus::state)
                .containsOnly(MigrationStatus.State.APPLIED);
    }

    @Test
    void settings_of_the_roles_hold_in_every_session() {
        for (int i = 0; i < 50; i++) {
            assertThat(database.api(Organizations.DEFAULT)
                            .list("SELECT current_setting('statement_timeout')", Map.of(), FIRST))
                    .containsExactly("10s");
        }
    }

    @Test
    void many_clients_on_two_sessions_see_no_foreign_row() throws Exception {
        List<UUID> organizations = List.of(new UUID(1, 1), new UUID(1, 2), new UUID(1, 3));
        for (UUID organization : organizations) {
            database.write(handle ->
                    handle.createUpdate("""
                            INSERT INTO system_state (organization_id, key, value)
                            VALUES (:organization, 'only', 'true'::jsonb)
                            """).bind("organization", organization).execute());
        }
        List<Callable<Integer>> readers = new ArrayList<>();
        for (int seed = 0; seed < 6; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            readers.add(() -> strangers(organizations, random));
        }
        try (ExecutorService threads = Threads.virtualExecutor("reader-")) {
            for (Future<Integer> reader : threads.invokeAll(readers)) {
                assertThat(reader.get()).isZero();
            }
        }
    }

    private static int strangers(List<UUID> organizations, SplittableRandom random) {
        int strangers = 0;
        for (int i = 0; i < 500; i++) {
            UUID organization = organizations.get(random.nextInt(organizations.size()));
            List<String> seen = database.api(organization)
                    .list("SELECT organization_id FROM system_state WHERE key = :key", Map.of("key", "only"), FIRST);
            strangers += seen.equals(List.of(organization.toString())) ? 0 : 1;
        }
        return strangers;
    }

    @Test
    void partitions_and_copy_work() {
        new Partitions(database).maintain(Retention.DEFAULT);
        Instant now = database.now();

        long taken = database.write(handle -> {
            CopyRows rows = new CopyRows("rollup_pending", "width", "bucket");
            for (int i = 0; i < 1_000; i++) {
                rows.row().text("1m").timestamptz(now.plusSeconds(i));
            }
            try {
                return rows.flushTo(handle.getConnection().unwrap(PGConnection.class));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(taken).isEqualTo(1_000);
    }

    @Test
    void a_failed_transaction_leaves_nothing_to_the_next() {
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> database.write(handle -> handle.execute("SELECT 1 / 0")))
                    .hasMessageContaining("division by zero");
            assertThat(database.isAvailable()).isTrue();
        }
    }

    @Test
    void signals_fall_silent_and_harm_nothing() {
        try (Signals signals = Signals.start(database)) {
            signals.notify("state");

            assertThat(signals.isListening()).isFalse();
            assertThat(Duration.between(database.now(), database.now())).isLessThan(Duration.ofMinutes(1));
        }
    }
}

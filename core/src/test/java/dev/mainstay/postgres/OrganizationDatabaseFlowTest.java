package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OrganizationDatabaseFlowTest {
    private static final RowMapper<String> FIRST = (row, context) -> row.getString(1);
    private static final List<UUID> ORGANIZATIONS = List.of(Organizations.DEFAULT, new UUID(0, 2), new UUID(0, 3));

    private static TestDatabase test;

    @BeforeAll
    static void open() {
        test = TestDatabase.create(settings -> settings.poolSizes(1, 1, 2));
        for (UUID organization : ORGANIZATIONS) {
            test.database()
                    .write(handle -> handle.createUpdate("""
                            INSERT INTO system_state (organization_id, key, value)
                            SELECT :organization, 'key-' || n, to_jsonb(:organization::text)
                            FROM generate_series(1, 20) AS n
                            """)
                            .bind("organization", organization)
                            .execute());
        }
    }

    @AfterAll
    static void close() {
        test.close();
    }

    private static OrganizationDatabase api(int index) {
        return test.database().api(ORGANIZATIONS.get(index));
    }

    @Test
    void named_parameters_and_casts_work_as_everywhere() {
        List<String> rows = api(0).list(
                        "SELECT key FROM system_state WHERE key = :key AND value @> (:value)::jsonb",
                        Map.of("key", "key-7", "value", "\"" + Organizations.DEFAULT + "\""),
                        FIRST);

        assertThat(rows).containsExactly("key-7");
    }

    @Test
    void find_gives_one_row_or_none() {
        assertThat(api(1).find(
                                "SELECT value #>> '{}' FROM system_state WHERE key = :key",
                                Map.of("key", "key-1"),
                                FIRST))
                .contains(ORGANIZATIONS.get(1).toString());
        assertThat(api(1).find("SELECT key FROM system_state WHERE key = :key", Map.of("key", "none"), FIRST))
                .isEmpty();
        assertThatThrownBy(() -> api(1).find("SELECT key FROM system_state", Map.of(), FIRST))
                .hasMessageContaining("at most one row, got 20");
    }

    @Test
    void a_connection_forgets_the_organization_with_the_request() {
        DatabaseConfig config = test.config().build();
        String all = "SELECT key FROM system_state";
        try (Pool one = new Pool(PoolConfig.API.withSize(1), config.url(), config.api(), "forgetful", false)) {
            OrganizationDatabase organization = new OrganizationDatabase(Organizations.DEFAULT, one, null, false);

            // Often enough for the driver to go over to prepared statements.
            for (int i = 0; i < 10; i++) {
                assertThat(organization.list(all, Map.of(), FIRST)).hasSize(20);
                assertThat(seen(one, all)).isZero();
                organization.write(handle -> handle.execute(all));
                assertThat(seen(one, all)).isZero();
                assertThatThrownBy(() -> organization.list("SELECT 1 / 0", Map.of(), FIRST))
                        .hasMessageContaining("division");
                assertThat(seen(one, all)).isZero();
            }
        }
    }

    /// Often enough for the driver to go over to prepared statements, and both ways on one connection in turn.
    @Test
    void a_query_sees_its_rows_however_often_and_whatever_the_types_of_its_parameters() {
        Map<String, Object> kinds = Map.of(
                "text",
                "key-1",
                "integer",
                1,
                "bigint",
                1L,
                "double precision",
                1.0,
                "boolean",
                true,
                "uuid",
                new UUID(0, 1),
                "timestamp with time zone",
                Instant.EPOCH,
                "timestamptz",
                Instant.EPOCH.atOffset(ZoneOffset.UTC));
        DatabaseConfig config = test.config().build();
        try (Pool one = new Pool(PoolConfig.API.withSize(1), config.url(), config.api(), "repeated", false)) {
            OrganizationDatabase api = new OrganizationDatabase(Organizations.DEFAULT, one, null, false);
            kinds.forEach((type, value) -> {
                String sql = "SELECT key FROM system_state WHERE :some::TYPE IS NULL OR true".replace("TYPE", type);
                for (int i = 0; i < 40; i++) {
                    assertThat(api.list(sql, parameter(i < 20 || i % 3 > 0 ? value : null), FIRST))
                            .as("%s, time %s", type, i)
                            .hasSize(20);
                }
            });
        }
    }

    private static Map<String, @Nullable Object> parameter(@Nullable Object value) {
        Map<String, @Nullable Object> parameters = new HashMap<>();
        parameters.put("some", value);
        return parameters;
    }

    private static int seen(Pool pool, String sql) {
        return pool.use(handle -> handle.createQuery(sql).map(FIRST).list().size());
    }

    @Test
    void an_organization_nobody_knows_sees_nothing() {
        assertThat(test.database().api(new UUID(9, 9)).list("SELECT key FROM system_state", Map.of(), FIRST))
                .isEmpty();
    }

    @Test
    void rows_of_another_organization_can_be_neither_written_nor_changed() {
        assertThatThrownBy(() -> api(0).write(handle -> handle.createUpdate(
                                "INSERT INTO system_state (organization_id, key, value) VALUES (:other, 'x', '1')")
                        .bind("other", ORGANIZATIONS.get(1))
                        .execute()))
                .hasMessageContaining("row-level security");
        int changed = api(0).write(handle -> handle.createUpdate(
                        "UPDATE system_state SET value = '0' WHERE organization_id = :other")
                .bind("other", ORGANIZATIONS.get(1))
                .execute());

        assertThat(changed).isZero();
    }

    @Test
    void ten_thousand_interleaved_requests_on_two_connections_see_no_foreign_row() throws Exception {
        List<Callable<Integer>> readers = new ArrayList<>();
        for (int seed = 0; seed < 8; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            readers.add(() -> foreignRowsSeen(random, 1_250));
        }
        int foreign = 0;
        try (ExecutorService threads = Threads.virtualExecutor("reader-")) {
            for (Future<Integer> reader : threads.invokeAll(readers)) {
                foreign += reader.get();
            }
        }

        assertThat(foreign).isZero();
    }

    private static int foreignRowsSeen(SplittableRandom random, int requests) {
        int foreign = 0;
        for (int i = 0; i < requests; i++) {
            UUID organization = ORGANIZATIONS.get(random.nextInt(ORGANIZATIONS.size()));
            OrganizationDatabase api = test.database().api(organization);
            List<String> owners = random.nextInt(10) == 0
                    ? api.write(handle -> handle.createQuery("SELECT organization_id FROM system_state")
                            .mapTo(String.class)
                            .list())
                    : api.list("SELECT organization_id FROM system_state", Map.of(), FIRST);
            if (owners.size() != 20) {
                throw new AssertionError("expected 20 rows, saw " + owners.size());
            }
            foreign += (int) owners.stream()
                    .filter(owner -> !owner.equals(organization.toString()))
                    .count();
        }
        return foreign;
    }

    @Test
    void screens_read_from_the_replica_and_decisions_do_not() {
        // Another database stands in for the replica: what it alone holds shows where a row came from.
        try (TestDatabase other = TestDatabase.create();
                Database database =
                        Database.open(test.config().replica(other.url()).build())) {
            OrganizationDatabase api = database.api(Organizations.DEFAULT);
            String count = "SELECT count(*)::text FROM system_state";

            assertThat(api.list(count, Map.of(), FIRST)).containsExactly("20");
            Eventually.holds(
                    "screens read from the replica",
                    Duration.ofSeconds(30),
                    () -> api.forScreens().list(count, Map.of(), FIRST).equals(List.of("0")));
            assertThat(api.list(count, Map.of(), FIRST)).containsExactly("20");
        }
    }

    @Test
    void screens_read_from_the_primary_while_the_replica_is_away() {
        try (Database database = Database.open(test.config()
                .replica("postgresql://127.0.0.1:1/nowhere")
                .apiPool(PoolConfig.API.withPatience(Duration.ofSeconds(5)))
                .build())) {
            assertThat(database.api(Organizations.DEFAULT)
                            .forScreens()
                            .list("SELECT count(*)::text FROM system_state", Map.of(), FIRST))
                    .containsExactly("20");
        }
    }
}

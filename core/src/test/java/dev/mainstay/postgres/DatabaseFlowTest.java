package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseFlowTest {
    private TestDatabase test;
    private Database database;

    @BeforeEach
    void open() {
        test = TestDatabase.create();
        database = test.database();
    }

    @AfterEach
    void close() {
        test.close();
    }

    private void asSuperuser(String sql) {
        try (Connection connection = test.superuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void count(Handle handle) {
        handle.execute("INSERT INTO rollup_pending (width, bucket) VALUES ('1m', clock_timestamp())");
    }

    private int counted() {
        return database.read(handle -> handle.createQuery("SELECT count(*) FROM rollup_pending")
                .mapTo(Integer.class)
                .one());
    }

    @Test
    void who_asks_a_database_that_was_closed_is_told_that_it_is_not_to_be_reached() {
        database.close();

        assertThatThrownBy(database::now)
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_UNREACHABLE))
                .hasMessageContaining("stopping");
    }

    @Test
    void the_clock_is_the_databases() {
        Instant before = database.now();

        assertThat(Duration.between(before, database.now())).isBetween(Duration.ZERO, Duration.ofMinutes(1));
    }

    @Test
    void operators_and_casts_reach_the_server_as_written() {
        boolean result = database.read(handle -> handle.createQuery("""
                        SELECT 1 <2 AND 3> 2 AND '{"a": 1}'::jsonb @> :part::jsonb AND :id = ANY (:ids)
                        """)
                .bind("part", "{\"a\": 1}")
                .bind("id", Organizations.DEFAULT)
                .bindArray("ids", UUID.class, List.of(Organizations.DEFAULT))
                .mapTo(Boolean.class)
                .one());

        assertThat(result).isTrue();
    }

    @Test
    void a_transaction_that_fails_changes_nothing() {
        assertThatThrownBy(() -> database.write(handle -> {
                    count(handle);
                    throw new IllegalStateException("work failed");
                }))
                .hasMessage("work failed");

        assertThat(counted()).isZero();
    }

    @Test
    void a_transaction_that_met_another_runs_again() {
        AtomicInteger attempts = new AtomicInteger();

        database.write(handle -> {
            count(handle);
            if (attempts.incrementAndGet() < 3) {
                handle.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$");
            }
            return true;
        });

        assertThat(attempts).hasValue(3);
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void a_refusal_of_another_kind_is_not_tried_again() {
        AtomicInteger attempts = new AtomicInteger();

        assertThatThrownBy(() -> database.write(handle -> {
                    attempts.incrementAndGet();
                    return handle.execute("SELECT 1 / 0");
                }))
                .hasMessageContaining("division by zero");

        assertThat(attempts).hasValue(1);
    }

    @Test
    void a_commit_whose_answer_is_lost_is_reported_as_unknown_and_never_repeated() {
        AtomicInteger attempts = new AtomicInteger();
        asSuperuser("""
                CREATE FUNCTION end_the_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$
                """);
        // Runs within COMMIT itself, after all statements were answered.
        asSuperuser("""
                CREATE CONSTRAINT TRIGGER end_the_session AFTER INSERT ON rollup_pending
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_the_session()
                """);

        assertThatThrownBy(() -> database.write(handle -> {
                    attempts.incrementAndGet();
                    count(handle);
                    return true;
                }))
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.COMMIT_UNKNOWN));

        assertThat(attempts).hasValue(1);
    }

    @Test
    void a_full_disk_and_a_read_only_database_are_named_with_what_to_do() {
        assertThatThrownBy(() -> database.write(handle ->
                        handle.execute("DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$")))
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DISK_FULL))
                .hasMessageContaining("Free space");
        assertThatThrownBy(() -> database.write(handle -> {
                    handle.execute("SET TRANSACTION READ ONLY");
                    count(handle);
                    return true;
                }))
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DATABASE_READ_ONLY));
    }

    private void endEverySession() {
        asSuperuser("""
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name LIKE 'mainstay/test/%'
                """);
    }

    @Test
    void work_goes_on_when_every_session_was_ended() {
        OrganizationDatabase api = database.api(Organizations.DEFAULT);
        counted();
        api.list("SELECT key FROM system_state", Map.of(), (row, context) -> row.getString(1));
        endEverySession();

        database.write(handle -> {
            count(handle);
            return true;
        });
        assertThat(api.list("SELECT key FROM system_state", Map.of(), (row, context) -> row.getString(1)))
                .isEmpty();
        assertThat(database.isAvailable()).isTrue();
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void a_transaction_cut_off_before_its_commit_runs_again() {
        AtomicInteger attempts = new AtomicInteger();

        database.write(handle -> {
            count(handle);
            if (attempts.incrementAndGet() == 1) {
                endEverySession();
            }
            count(handle);
            return true;
        });

        assertThat(attempts).hasValue(2);
        assertThat(counted()).isEqualTo(2);
    }

    @Test
    void a_database_that_takes_no_connections_is_unavailable_until_it_does() throws SQLException {
        try (Database impatient = Database.open(test.config()
                .node("impatient")
                .enginePool(PoolConfig.ENGINE.withPatience(Duration.ofMillis(300)))
                .build())) {
            asSuperuser("ALTER DATABASE \"" + test.name() + "\" CONNECTION LIMIT 0");
            asSuperuser(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'mainstay/impatient/%'");
            assertThatThrownBy(() -> {
                        impatient.read(handle -> handle.execute("SELECT 1"));
                        impatient.read(handle -> handle.execute("SELECT 1"));
                    })
                    .isInstanceOfSatisfying(
                            MainstayException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DATABASE_UNREACHABLE))
                    .hasMessageContaining("tries again by itself");
            assertThat(impatient.isAvailable()).isFalse();

            asSuperuser("ALTER DATABASE \"" + test.name() + "\" CONNECTION LIMIT -1");

            Eventually.holds("it is available again", Duration.ofSeconds(30), impatient::isAvailable);
        }
    }

    @Test
    void a_control_connection_is_no_pools() throws SQLException {
        try (Connection connection = database.controlConnection("beat");
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SHOW application_name")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo("mainstay/test/beat");
        }
    }
}

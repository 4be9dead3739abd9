package dev.mainstay.agents.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.testing.TestDatabase;
import dev.mainstay.testing.TestPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A sql-check on a real PostgreSQL.
class SqlCheckFlowTest {
    @TempDir
    static Path folder;

    private static final TestDatabase TEST = TestDatabase.create();

    @BeforeAll
    static void fill() throws Exception {
        Files.writeString(folder.resolve("password"), TestPostgres.shared().password());
        try (Connection connection = TEST.superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE public.orders AS SELECT i FROM generate_series(1, 7) AS i");
        }
    }

    @AfterAll
    static void drop() {
        TEST.close();
    }

    private static Checked<SqlCheckSettings> check(String query, Map<String, ?> more) throws Exception {
        Map<String, Object> settings = new LinkedHashMap<>(Map.of(
                "url",
                TEST.url(),
                "user",
                TestPostgres.shared().superuser(),
                "password",
                "file:" + folder.resolve("password"),
                "query",
                query));
        settings.putAll(more);
        return Checked.of(new SqlCheckKind(), settings);
    }

    private static String error(String query, Map<String, ?> more) throws Exception {
        try (Checked<SqlCheckSettings> checked = check(query, more)) {
            return checked.error();
        }
    }

    @Test
    void the_address_may_be_written_as_postgresql_tools_take_it() throws Exception {
        String url = TEST.url().replaceFirst("^jdbc:", "");
        assertThat(url).startsWith("postgresql://");
        assertThat(error("SELECT count(*) FROM public.orders", Map.of("url", url, "valueEquals", "7")))
                .isEmpty();
    }

    @Test
    void a_query_that_runs_is_enough_when_nothing_more_is_expected() throws Exception {
        try (Checked<SqlCheckSettings> checked = check("SELECT i FROM public.orders ORDER BY i DESC", Map.of())) {
            assertThat(checked.error()).isEmpty();
            assertThat(checked.context.metric("check.rows")).isEqualTo(7);
            assertThat(checked.context.metric("check.value")).isEqualTo(7);
        }
    }

    @Test
    void the_first_value_is_compared() throws Exception {
        String count = "SELECT count(*) FROM public.orders";
        assertThat(error(count, Map.of("valueEquals", "7"))).isEmpty();
        assertThat(error(count, Map.of("valueEquals", "8"))).contains("found '7', expected '8'");
        assertThat(error(count, Map.of("valueMin", 7, "valueMax", 7))).isEmpty();
        assertThat(error(count, Map.of("valueMin", 7.5))).contains("found 7, expected at least 7.5");
        assertThat(error(count, Map.of("valueMax", 6))).contains("found 7, expected at most 6");
        assertThat(error("SELECT 'high'", Map.of("valueMax", 6))).contains("found 'high', expected a number");
        assertThat(error("SELECT NULL", Map.of("valueEquals", "x"))).contains("found nothing");
    }

    @Test
    void the_number_of_rows_is_compared() throws Exception {
        String rows = "SELECT * FROM public.orders WHERE i > 4";
        assertThat(error(rows, Map.of("rowsMin", 3, "rowsMax", 3))).isEmpty();
        assertThat(error(rows, Map.of("rowsMin", 4))).contains("found 3 rows, expected at least 4");
        assertThat(error(rows, Map.of("rowsMax", 0))).contains("found 3 rows, expected at most 0");
    }

    @Test
    void nothing_can_be_written() throws Exception {
        assertThat(error("DELETE FROM public.orders", Map.of())).contains("read-only transaction");
        assertThat(error("SET TRANSACTION READ WRITE", Map.of())).contains("read-write mode must be set before");
        assertThat(error("DO $$ BEGIN COMMIT; DELETE FROM public.orders; END $$", Map.of()))
                .contains("invalid transaction termination");
        try (Connection connection = TEST.superuser();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM public.orders")) {
            count.next();
            assertThat(count.getInt(1)).isEqualTo(7);
        }
    }

    @Test
    void a_session_that_a_pooler_hands_on_is_left_as_it_was() throws Exception {
        String both = "SELECT current_setting('transaction_read_only') || ' '"
                + " || current_setting('default_transaction_read_only')";
        assertThat(error(both, Map.of("valueEquals", "on off"))).isEmpty();
    }

    @Test
    void a_second_statement_is_refused_wherever_it_hides() throws Exception {
        for (String query : List.of(
                "COMMIT; DELETE FROM public.orders",
                "ROLLBACK; CREATE TABLE public.mine ()",
                "SELECT 1; -- and\nDELETE FROM public.orders",
                "SELECT '\\''; ROLLBACK; DELETE FROM public.orders; --'")) {
            assertThatThrownBy(() -> check(query, Map.of()))
                    .as(query)
                    .hasMessageContaining("query must be one statement");
        }
        assertThat(error("SELECT ';' -- ; that is all\n;", Map.of())).isEmpty();
        assertThat(error("SELECT 1; -- the end", Map.of())).isEmpty();
    }

    @Test
    void a_slow_query_is_cancelled() throws Exception {
        assertThat(error("SELECT pg_sleep(60)", Map.of("timeout", "200ms"))).contains("statement timeout");
    }

    @Test
    void what_the_server_refuses_is_told_without_a_password() throws Exception {
        assertThat(error("SELECT nonsense", Map.of()))
                .contains(TEST.name(), "column \"nonsense\" does not exist")
                .doesNotContain(TestPostgres.shared().password());
        assertThat(error("SELECT 1", Map.of("user", "nobody"))).contains("nobody");
    }

    @Test
    void a_server_that_accepts_and_stays_silent_is_given_up() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "jdbc:postgresql://localhost:" + silent.getLocalPort() + "/any";
            assertThat(error("SELECT 1", Map.of("url", url, "timeout", "1s"))).contains("failed:");
        }
    }
}

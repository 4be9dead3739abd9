package dev.mainstay.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.TestPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresFlowTest {
    private static final Duration MOMENT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir(factory = PassableFolder.class)
    Path folder;

    private EmbeddedPostgresConfig config() {
        return EmbeddedPostgresConfig.in(folder.resolve("postgres")).withBinariesCache(TestPostgres.binariesCache());
    }

    private static Connection connect(EmbeddedPostgres server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + server.host() + ":" + server.port() + "/postgres",
                server.superuser(),
                server.superuserPassword());
    }

    private static String ask(EmbeddedPostgres server, String sql) throws SQLException {
        try (var connection = connect(server);
                var statement = connection.createStatement();
                var answer = statement.executeQuery(sql)) {
            answer.next();
            return answer.getString(1);
        }
    }

    private static void run(EmbeddedPostgres server, String sql) throws SQLException {
        try (var connection = connect(server);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Path data() {
        return folder.resolve("postgres/cluster/data");
    }

    @Test
    void an_empty_folder_becomes_a_durable_server_that_only_this_machine_and_the_password_reach() throws Exception {
        try (var server = EmbeddedPostgres.start(config())) {
            assertThat(server.adopted()).isFalse();
            assertThat(ask(server, "SHOW server_version")).startsWith("18.");
            assertThat(ask(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(server, "SHOW unix_socket_directories")).isEmpty();
            assertThat(ask(server, "SHOW fsync")).isEqualTo("on");
            assertThat(ask(server, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(ask(server, "SHOW data_checksums")).isEqualTo("on");
            assertThat(ask(server, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(ask(server, "SELECT lower('GRÖSSE')")).isEqualTo("grösse");
            assertThat(ask(server, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'"))
                    .isEqualTo("0");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folder.resolve("postgres/cluster/superuser-password"))))
                    .isEqualTo("rw-------");
            assertThatThrownBy(() -> DriverManager.getConnection(
                            "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", "postgres", "guess"))
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void a_restart_keeps_the_rows_and_the_password() throws Exception {
        String password;
        try (var server = EmbeddedPostgres.start(config())) {
            run(server, "CREATE TABLE kept AS SELECT 42 AS answer");
            password = server.superuserPassword();
        }
        assertThat(data().resolve("postmaster.pid")).doesNotExist();
        try (var server = EmbeddedPostgres.start(config())) {
            assertThat(server.adopted()).isFalse();
            assertThat(server.superuserPassword()).isEqualTo(password);
            assertThat(ask(server, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void a_crashed_server_recovers_what_was_committed_though_an_old_process_still_works() throws Exception {
        try (var crashed = EmbeddedPostgres.start(config());
                var busy = connect(crashed)) {
            run(crashed, "CREATE TABLE committed AS SELECT 7 AS answer");
            long worker = pidOf(busy);
            keepBusy(busy);
            assertThat(Poll.until(LONG, () -> isBusy(crashed, worker))).isTrue();
            kill(crashed.postmasterPid());
            assertThat(ServerProcessesTest.runs(worker)).isTrue();
            try (var recovered = EmbeddedPostgres.start(config())) {
                assertThat(recovered.adopted()).isFalse();
                assertThat(ask(recovered, "SELECT answer FROM committed")).isEqualTo("7");
                assertThat(ServerProcessesTest.runs(worker)).isFalse();
            }
        }
    }

    private static long pidOf(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var answer = statement.executeQuery("SELECT pg_backend_pid()")) {
            answer.next();
            return answer.getLong(1);
        }
    }

    /// A loop in PL/pgSQL never looks whether the server's first process still lives.
    private static void keepBusy(Connection connection) {
        Thread.startVirtualThread(() -> {
            try (var statement = connection.createStatement()) {
                statement.execute("DO $$ BEGIN LOOP END LOOP; END $$");
            } catch (SQLException e) {
                // The connection ends with its server: that is what the test does to it.
            }
        });
    }

    private static boolean isBusy(EmbeddedPostgres server, long worker) {
        try {
            return "active".equals(ask(server, "SELECT state FROM pg_stat_activity WHERE pid = " + worker));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void kill(long pid) {
        var process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        assertThat(Poll.until(LONG, () -> !ServerProcessesTest.runs(pid))).isTrue();
    }

    @Test
    void a_process_id_that_passed_to_another_program_does_not_keep_the_server_from_starting() throws Exception {
        try (var server = EmbeddedPostgres.start(config())) {
            run(server, "SELECT 1");
        }
        var unrelated = new ProcessBuilder("sleep", "300").start();
        try {
            Files.writeString(
                    data().resolve("postmaster.pid"),
                    "%d\n%s\n1\n5432\n\n127.0.0.1\n0 0\nready\n".formatted(unrelated.pid(), data()));
            try (var server = EmbeddedPostgres.start(config())) {
                assertThat(server.adopted()).isFalse();
                assertThat(ask(server, "SELECT 1")).isEqualTo("1");
                assertThat(unrelated.isAlive()).isTrue();
            }
        } finally {
            unrelated.destroyForcibly();
        }
    }

    @Test
    void what_a_kill_left_of_the_first_start_is_removed() throws Exception {
        var dead = new ProcessBuilder("true").start();
        dead.waitFor();
        var halfMade = folder.resolve("postgres/cluster.making-" + dead.pid() + "-1");
        Files.createDirectories(halfMade.resolve("data"));
        Files.writeString(halfMade.resolve("data/PG_VERSION"), "18\n");
        try (var server = EmbeddedPostgres.start(config())) {
            assertThat(ask(server, "SELECT 1")).isEqualTo("1");
            assertThat(halfMade).doesNotExist();
        }
    }

    @Test
    void a_server_that_does_not_stop_is_ended_and_loses_nothing() throws Exception {
        try (var server = EmbeddedPostgres.start(config())) {
            run(server, "CREATE TABLE kept AS SELECT 1 AS answer");
            new ProcessBuilder("sh", "-c", "kill -STOP " + server.postmasterPid())
                    .start()
                    .waitFor();
            new ServerProcesses(data()).stop(MOMENT, MOMENT);
            assertThat(ServerProcessesTest.runs(server.postmasterPid())).isFalse();
        }
        try (var again = EmbeddedPostgres.start(config())) {
            assertThat(ask(again, "SELECT answer FROM kept")).isEqualTo("1");
        }
    }

    @Test
    void a_port_that_is_taken_is_named() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(config().withPort(taken.getLocalPort())))
                    .isInstanceOfSatisfying(
                            MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE))
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void a_server_that_does_not_start_is_quoted() {
        assertThatThrownBy(() -> EmbeddedPostgres.start(config().withSettings(Map.of("work_mem", "plenty"))))
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EMBEDDED_POSTGRES))
                .hasMessageContaining("invalid value for parameter \"work_mem\": \"plenty\"");
    }

    @Test
    void data_of_another_postgresql_is_refused_untouched() throws Exception {
        EmbeddedPostgres.start(config()).close();
        Files.writeString(data().resolve("PG_VERSION"), "17\n");
        assertThatThrownBy(() -> EmbeddedPostgres.start(config()))
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_FOLDER_VERSION))
                .hasMessageContaining("was written by PostgreSQL 17, and this Mainstay brings PostgreSQL 18");
        assertThat(data().resolve("PG_VERSION")).hasContent("17");
    }

    @Test
    void a_file_in_the_place_of_the_folder_is_named() throws Exception {
        Files.createFile(folder.resolve("postgres"));
        assertThatThrownBy(() -> EmbeddedPostgres.start(config()))
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_FOLDER_UNUSABLE))
                .hasMessageContaining(folder.resolve("postgres").toString());
    }
}

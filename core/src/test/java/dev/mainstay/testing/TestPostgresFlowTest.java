package dev.mainstay.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.postgres.embedded.OtherProcess;
import dev.mainstay.postgres.embedded.PassableFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPostgresFlowTest {
    @TempDir(factory = PassableFolder.class)
    private Path temporary;

    private final TestPostgres server = TestPostgres.shared();

    @Test
    void there_is_one_server_a_jvm() {
        assertThat(TestPostgres.shared()).isSameAs(server);
    }

    @Test
    void a_database_is_made_copied_and_dropped_even_while_it_is_used() throws Exception {
        server.createDatabase("flow_original", null);
        try (var connection = DriverManager.getConnection(
                        server.url("flow_original"), server.superuser(), server.password());
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE answers AS SELECT 42 AS answer");
        }
        server.createDatabase("flow_copy", "flow_original");
        try (var connection =
                        DriverManager.getConnection(server.url("flow_copy"), server.superuser(), server.password());
                var statement = connection.createStatement()) {
            assertThat(statement.executeQuery("SELECT answer FROM answers").next())
                    .isTrue();
            server.dropDatabase("flow_copy");
            assertThatThrownBy(() -> statement.execute("SELECT 1")).hasMessageContaining("terminating connection");
        }
        server.dropDatabase("flow_original");
    }

    /// A test run that needs the server.
    static final class Run {
        static void main(String[] arguments) throws Exception {
            OtherProcess.ready(postmaster(TestPostgres.shared()));
        }
    }

    private static long postmaster(TestPostgres server) throws Exception {
        try (var connection =
                        DriverManager.getConnection(server.url("postgres"), server.superuser(), server.password());
                var statement = connection.createStatement();
                var answer = statement.executeQuery("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")) {
            answer.next();
            return answer.getLong(1);
        }
    }

    @Test
    void what_a_killed_run_left_is_removed_by_the_next_run_and_what_a_living_one_uses_is_not() throws Exception {
        try (var living = run()) {
            long used = living.postmaster();
            long left;
            try (var killed = run()) {
                left = killed.postmaster();
                killed.kill();
            }
            assertThat(runs(left)).isTrue();
            try (var next = run()) {
                long theirs = next.postmaster();
                assertThat(runs(theirs)).isTrue();
                assertThat(runs(left)).isFalse();
                assertThat(runs(used)).isTrue();
            }
        }
    }

    /// In a temporary folder of its own, so that no other run on this machine removes what is left there.
    private OtherProcess run() throws IOException {
        return OtherProcess.start(
                Run.class, Map.of(TestPostgres.OUTSIDE, "", "JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary));
    }

    private static boolean runs(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    @Test
    void a_name_that_needs_quoting_is_refused() {
        assertThatThrownBy(() -> server.createDatabase("a\" b", null)).hasMessageContaining("a\" b");
    }
}

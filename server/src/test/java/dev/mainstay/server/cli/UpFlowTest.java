package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.embedded.DataFolder;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.postgres.embedded.RunningPostgres;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as people start, kill and stop it: a process of its own on embedded PostgreSQL.
class UpFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    @AfterEach
    void leave_no_process_behind() {
        DataFolder.holder(folder.resolve(".mainstay"))
                .flatMap(holder -> ProcessHandle.of(holder.pid()))
                .ifPresent(ProcessHandle::destroyForcibly);
        EmbeddedPostgres.discard(folder.resolve(".mainstay/postgres"));
    }

    private Terminal terminal() {
        return new Terminal(Map.of("MAINSTAY_DATA", folder.resolve(".mainstay").toString()));
    }

    private Program up(String... more) throws IOException {
        var words = new String[more.length + 3];
        System.arraycopy(new String[] {"up", "--port", "0"}, 0, words, 0, 3);
        System.arraycopy(more, 0, words, 3, more.length);
        return Program.start(folder, words);
    }

    private static void ready(Program program) {
        Eventually.holds("it is ready", BOUND, program::isReady);
    }

    @Test
    void what_was_acknowledged_survives_a_kill_and_a_second_start_is_refused() throws Exception {
        Files.writeString(folder.resolve("mainstay.yml"), "agents:\n  steady: {kind: test-counter, every: 1s}\n");
        try (var first = up()) {
            ready(first);
            assertThat(first.said()).contains("/#token=mst_", "dashboard", "stop it");
            var token = folder.resolve(".mainstay/admin-token");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
                    .isEqualTo("rw-------");
            assertThat(terminal().type("state", "set", "kept", "42").exit()).isZero();
            a_second_one_says_who_uses_the_folder();
            first.kill();
        }
        try (var second = up()) {
            ready(second);
            assertThat(second.said()).doesNotContain("#token=");
            assertThat(terminal().type("state", "get", "kept").out().strip()).isEqualTo("42");
            Eventually.holds(
                    "the agent runs again",
                    BOUND,
                    () -> terminal()
                            .type("agent", "list", "--state", "active")
                            .out()
                            .contains("steady"));
            one_more_node_joins();
            assertThat(terminal().type("down").exit()).isZero();
            assertThat(second.exit()).isZero();
            assertThat(DataFolder.holder(folder.resolve(".mainstay"))).isEmpty();
        }
    }

    @Test
    void what_a_killed_one_left_running_is_told_by_status_and_stopped_by_down() throws Exception {
        try (var owner = up()) {
            ready(owner);
            try (var joined = up("--join", "--node", "second")) {
                ready(joined);
                owner.kill();

                var status = terminal().type("status");
                assertThat(status.exit()).isEqualTo(ExitCode.UNREACHABLE);
                assertThat(status.err())
                        .contains(
                                "no Mainstay runs in",
                                "Its PostgreSQL still runs (process ",
                                "`mainstay down` stops it")
                        .contains("second (`mainstay down --node second`)");

                var down = terminal().type("down");
                assertThat(down.exit()).as(down.err()).isZero();
                assertThat(down.err())
                        .contains("these nodes lose their database now", "`mainstay down --node second`")
                        .contains("but its PostgreSQL (process ", "it has stopped");
                assertThat(EmbeddedPostgres.runningIn(folder.resolve(".mainstay/postgres")))
                        .isEmpty();

                the_joined_node_goes_on_after_the_next_start();
                assertThat(terminal().type("down", "--node", "second").exit()).isZero();
            }
        }
        var nothing = terminal().type("down");
        assertThat(nothing.exit()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(nothing.err()).contains("no Mainstay runs in").hasLineCount(1);
    }

    private void the_joined_node_goes_on_after_the_next_start() throws Exception {
        try (var owner = up()) {
            ready(owner);
            Eventually.holds(
                    "both nodes are live",
                    BOUND,
                    () -> terminal()
                                    .type("node", "list", "-o", "jsonl")
                                    .out()
                                    .lines()
                                    .filter(line -> line.contains("\"state\":\"live\""))
                                    .count()
                            == 2);
            var down = terminal().type("down");
            assertThat(down.exit()).isZero();
            assertThat(down.err()).contains("these nodes lose their database now");
        }
    }

    private void a_second_one_says_who_uses_the_folder() throws Exception {
        var port = DataFolder.holder(folder.resolve(".mainstay"))
                .flatMap(DataFolder.Holder::address)
                .orElseThrow()
                .getPort();
        for (var asked : List.of(0, port)) {
            try (var refused = Program.start(folder, "up", "--port", Integer.toString(asked))) {
                assertThat(refused.exit()).isEqualTo(ExitCode.CONFLICT);
                assertThat(refused.said())
                        .contains("another Mainstay", "mainstay down")
                        .doesNotContain("\tat ");
            }
        }
    }

    private void one_more_node_joins() throws Exception {
        try (var joined = up("--join", "--node", "second")) {
            ready(joined);
            assertThat(joined.said()).contains("`mainstay down --node second`");
            Eventually.holds(
                    "both nodes are live",
                    BOUND,
                    () -> terminal()
                                    .type("node", "list", "-o", "jsonl")
                                    .out()
                                    .lines()
                                    .count()
                            == 2);
            assertThat(terminal().type("down", "--node", "second").exit()).isZero();
            assertThat(joined.exit()).isZero();
        }
    }

    @Test
    void in_the_background_it_returns_when_ready_and_down_stops_it() throws Exception {
        try (var detached = up("--detach")) {
            assertThat(detached.exit()).as(detached.said()).isZero();
            assertThat(detached.said()).contains("process", "mainstay down");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(".mainstay"))))
                .isEqualTo("rwx------");
        assertThat(terminal().type("status").exit()).isZero();
        the_engine_sees_what_other_sessions_do();
        assertThat(terminal().type("down").exit()).isZero();
    }

    private void the_engine_sees_what_other_sessions_do() throws Exception {
        var server = RunningPostgres.in(folder.resolve(".mainstay/postgres")).orElseThrow();
        var url = "jdbc:postgresql://%s:%d/mainstay".formatted(server.host(), server.port());
        try (var connection = DriverManager.getConnection(url, server.superuser(), server.password());
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery("SELECT pg_has_role('mainstay_engine', 'pg_read_all_stats', 'USAGE')")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getBoolean(1)).isTrue();
        }
    }

    @Test
    void bad_settings_and_a_port_in_use_are_said_before_anything_starts() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var refused = Program.start(folder, "up", "--port", Integer.toString(taken.getLocalPort()))) {
            assertThat(refused.exit()).isEqualTo(ExitCode.CONFLICT);
            assertThat(refused.said())
                    .contains("port " + taken.getLocalPort())
                    .contains("is in use")
                    .hasLineCount(1);
        }
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var refused =
                        Program.start(folder, "up", "--detach", "--port", Integer.toString(taken.getLocalPort()))) {
            assertThat(refused.exit()).isEqualTo(ExitCode.CONFLICT);
            assertThat(refused.said()).contains("is in use");
        }
        Files.writeString(folder.resolve("mainstay.yml"), "agents:\n  a: {kind: test-countr}\n");
        try (var refused = up()) {
            assertThat(refused.exit()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.said())
                    .contains("mainstay.yml:2", "did you mean \"test-counter\"?")
                    .hasLineCount(1);
        }
        assertThat(folder.resolve(".mainstay")).doesNotExist();
    }
}

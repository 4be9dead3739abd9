package dev.mainstay.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanFlowTest {
    @TempDir(factory = PassableFolder.class)
    Path folder;

    /// What another Mainstay does on start.
    static final class Mainstay {
        static void main(String[] arguments) throws IOException {
            var server = EmbeddedPostgres.start(config(DataFolder.open(Path.of(arguments[0]))));
            OtherProcess.ready(server.postmasterPid());
        }
    }

    private static EmbeddedPostgresConfig config(DataFolder data) {
        return EmbeddedPostgresConfig.in(data.postgres()).withBinariesCache(TestPostgres.binariesCache());
    }

    @Test
    void a_folder_in_use_is_refused_and_its_user_named() throws Exception {
        try (var other = OtherProcess.start(Mainstay.class, Map.of(), folder.toString())) {
            other.postmaster();
            assertThatThrownBy(() -> DataFolder.open(folder))
                    .isInstanceOfSatisfying(
                            MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_FOLDER_IN_USE))
                    .hasMessageContaining("process " + other.pid())
                    .hasMessageContaining("mainstay down");
            other.kill();
            EmbeddedPostgres.discard(folder.resolve("postgres"));
        }
    }

    @Test
    void a_server_whose_process_was_killed_is_taken_over_and_can_be_stopped() throws Exception {
        long postmaster = orphan(Map.of());
        assertThat(ServerProcessesTest.runs(postmaster)).isTrue();
        try (var data = DataFolder.open(folder);
                var server = EmbeddedPostgres.start(config(data))) {
            assertThat(server.adopted()).isTrue();
            assertThat(server.postmasterPid()).isEqualTo(postmaster);
        }
        Eventually.holds("the server has ended", Duration.ofMinutes(1), () -> !ServerProcessesTest.runs(postmaster));
    }

    @Test
    void an_orphan_with_other_settings_is_replaced() throws Exception {
        long postmaster = orphan(Map.of());
        try (var data = DataFolder.open(folder);
                var server = EmbeddedPostgres.start(config(data).withSettings(Map.of("work_mem", "8MB")))) {
            assertThat(server.adopted()).isFalse();
            assertThat(ServerProcessesTest.runs(postmaster)).isFalse();
        }
    }

    @Test
    void root_without_namespaces_hands_the_data_to_another_user_for_good() throws Exception {
        var home = Files.createDirectory(folder.resolve("home"));
        long postmaster = orphanIn(home, withoutNamespaces());
        var cluster = home.resolve("postgres/cluster");
        assertThat(Files.getAttribute(cluster, "unix:uid")).isNotEqualTo(0);
        try (var data = DataFolder.open(home);
                var server = EmbeddedPostgres.start(config(data))) {
            assertThat(server.postmasterPid()).isEqualTo(postmaster);
        }
        try (var data = DataFolder.open(home);
                var server = EmbeddedPostgres.start(config(data))) {
            assertThat(server.adopted()).isFalse();
            assertThat(Files.getAttribute(cluster.resolve("data/postmaster.pid"), "unix:uid"))
                    .isEqualTo(Files.getAttribute(cluster, "unix:uid"));
        }
    }

    @Test
    void the_other_user_reaches_data_below_a_folder_that_root_keeps_closed() throws Exception {
        var closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var environment = withoutNamespaces();
        assumeTrue(
                Command.run(folder, Duration.ofSeconds(10), List.of("setpriv", "--ambient-caps=+dac_override", "true"))
                                .exitCode()
                        != 127,
                "only setpriv can leave another user the right to pass");
        long postmaster = orphanIn(closed.resolve("home"), environment);
        assertThat(Files.getAttribute(closed.resolve("home/postgres/cluster"), "unix:uid"))
                .isNotEqualTo(0);
        try (var data = DataFolder.open(closed.resolve("home"));
                var server = EmbeddedPostgres.start(config(data))) {
            assertThat(server.postmasterPid()).isEqualTo(postmaster);
        }
    }

    /// A path on which the program that makes namespaces is found first in a version that refuses.
    private Map<String, String> withoutNamespaces() throws Exception {
        assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "only root has to become somebody else");
        var programs = Files.createDirectory(folder.resolve("programs"));
        Files.createFile(
                programs.resolve("unshare"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(programs.resolve("unshare"), "#!/bin/sh\nexit 1\n");
        return Map.of("PATH", programs + ":" + System.getenv("PATH"));
    }

    private long orphan(Map<String, String> environment) throws Exception {
        return orphanIn(folder, environment);
    }

    private static long orphanIn(Path home, Map<String, String> environment) throws Exception {
        try (var other = OtherProcess.start(Mainstay.class, environment, home.toString())) {
            long postmaster = other.postmaster();
            other.kill();
            return postmaster;
        }
    }
}

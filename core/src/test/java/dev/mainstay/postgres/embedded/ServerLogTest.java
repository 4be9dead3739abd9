package dev.mainstay.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLogTest {
    @TempDir
    Path folder;

    @Test
    void a_log_within_its_limit_is_left_alone() throws Exception {
        var log = new ServerLog(folder.resolve("postgres.log"));
        Files.writeString(log.file(), "short\n");
        log.trim();
        assertThat(log.file()).hasContent("short");
    }

    @Test
    void a_full_log_is_kept_once_and_its_writer_goes_on_at_the_start() throws Exception {
        var log = new ServerLog(folder.resolve("postgres.log"));
        try (var writer = Files.newOutputStream(log.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            writer.write("x".repeat((10 << 20) + 1).getBytes(StandardCharsets.UTF_8));
            log.trim();
            writer.write("next\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(log.file()).hasContent("next");
        assertThat(folder.resolve("postgres.log.1")).hasSize((10 << 20) + 1);
    }

    @Test
    void only_what_came_after_is_quoted() throws Exception {
        var log = new ServerLog(folder.resolve("postgres.log"));
        Files.writeString(log.file(), "before\n");
        long size = log.size();
        assertThat(log.since(size)).isEmpty();
        Files.writeString(log.file(), "after\n", StandardOpenOption.APPEND);
        assertThat(log.since(size)).isEqualTo("after\n");
    }
}

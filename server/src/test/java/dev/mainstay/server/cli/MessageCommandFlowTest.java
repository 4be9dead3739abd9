package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.cli.Terminal.Said;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `mainstay message …` against a server that runs.
class MessageCommandFlowTest {
    @TempDir
    private static Path folder;

    private static CommandStage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = CommandStage.start(folder, "first", "");
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static Said type(String... words) {
        return stage.terminal().type(words);
    }

    private static Said done(String... words) {
        return stage.terminal().done(words);
    }

    @Test
    void what_was_published_a_while_ago_is_told_by_tail() {
        done("message", "publish", "orders", "{\"number\": 7}", "--key", "eu.created");
        for (String since : List.of("1h", "PT1H", "2026-01-01T00:00:00Z")) {
            assertThat(done("message", "tail", "orders", "--since", since, "--count", "1")
                            .out())
                    .contains("\"number\":7");
        }
    }

    @Test
    void a_time_that_is_none_is_refused_by_the_name_of_its_option() {
        var said = type("message", "tail", "orders", "--since", "banana", "--count", "1");
        assertThat(said.exit()).isEqualTo(2);
        assertThat(said.err()).contains("--since");
    }
}

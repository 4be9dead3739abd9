package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.Launch;
import dev.mainstay.server.Server;
import dev.mainstay.server.cli.Terminal.Said;
import dev.mainstay.server.config.ConfigSources;
import dev.mainstay.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `mainstay message …` against a server that runs.
class MessageCommandFlowTest {
    @TempDir
    private static Path folder;

    private static TestDatabase database;
    private static Server server;
    private static Terminal terminal;

    @BeforeAll
    static void start() throws IOException {
        database = TestDatabase.create();
        var owner = Objects.requireNonNull(database.config().build().owner());
        Files.writeString(folder.resolve("password"), owner.password());
        var file =
                Files.writeString(folder.resolve("mainstay.yml"), """
                data: %1$s/data
                server: {port: 0}
                node: {name: first}
                database: {url: "%2$s", user: %3$s, password: "file:%1$s/password"}
                """.formatted(folder, database.url(), owner.user()));
        var environment = Map.of("MAINSTAY_CONFIG", file.toString());
        terminal = new Terminal(environment);
        server = Server.start(
                Launch.check(
                        new ConfigSources(
                                Optional.empty(), ConfigSources.of(Map.of()).flags(), environment),
                        false,
                        false),
                "test");
    }

    @AfterAll
    static void stop() {
        server.close();
        database.close();
    }

    private static Said type(String... words) {
        return terminal.type(words);
    }

    private static Said done(String... words) {
        var said = type(words);
        assertThat(said.exit())
                .as("%s: %s", String.join(" ", words), said.err())
                .isZero();
        return said;
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

package dev.mainstay.server.cli;

import dev.mainstay.server.Launch;
import dev.mainstay.server.Server;
import dev.mainstay.server.config.ConfigSources;
import dev.mainstay.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A server that runs on a database of its own, and a person at its command line.
record CommandStage(TestDatabase database, Server server, Terminal terminal) implements AutoCloseable {
    /// @param folder gets the settings, a password and the data
    /// @param settings more of `mainstay.yml`
    static CommandStage start(Path folder, String node, String settings) throws IOException {
        var database = TestDatabase.create();
        var owner = Objects.requireNonNull(database.config().build().owner());
        Files.writeString(folder.resolve("password"), owner.password());
        var file = Files.writeString(
                folder.resolve("mainstay.yml"), """
                data: %1$s/data
                server: {port: 0}
                node: {name: %2$s}
                database: {url: "%3$s", user: %4$s, password: "file:%1$s/password"}
                """.formatted(folder, node, database.url(), owner.user()) + settings);
        var environment = Map.of("MAINSTAY_CONFIG", file.toString());
        var sources =
                new ConfigSources(Optional.empty(), ConfigSources.of(Map.of()).flags(), environment);
        var server = Server.start(Launch.check(sources, false, false), "test");
        return new CommandStage(database, server, new Terminal(environment));
    }

    @Override
    public void close() {
        server.close();
        database.close();
    }
}

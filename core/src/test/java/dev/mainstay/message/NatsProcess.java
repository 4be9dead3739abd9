package dev.mainstay.message;

import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A real NATS server of a test with JetStream, of this system, that can be killed and started again on its data.
final class NatsProcess implements AutoCloseable {
    private final ServerProcess server;

    private NatsProcess(ServerProcess server) {
        this.server = server;
    }

    static NatsProcess start() {
        return start("");
    }

    /// @param settings lines of its file of settings
    static NatsProcess start(String settings) {
        return started(settings, "jetstream {store_dir: \"%s\"}\n");
    }

    static NatsProcess startWithoutJetStream() {
        return started("", "");
    }

    static NatsProcess startWithStorage(int bytes) {
        return started("", "jetstream {store_dir: \"%s\", max_file_store: " + bytes + "}\n");
    }

    private static NatsProcess started(String settings, String jetStream) {
        Path binary = ServerProcess.installed("nats-server")
                .orElseThrow(() -> ServerProcess.skipped(
                        "*** NO NATS: there is no nats-server here, so what NATS keeps is not tested. ***"));
        Path folder = ServerProcess.folder("nats");
        int port = ServerProcess.freePort();
        Path file = folder.resolve("nats.conf");
        try {
            Files.writeString(
                    file, "listen: \"127.0.0.1:" + port + "\"\n" + jetStream.formatted(folder) + settings + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NatsProcess nats = new NatsProcess(
                new ServerProcess("NATS", folder, port, List.of(binary.toString(), "-c", file.toString())));
        nats.restart();
        return nats;
    }

    /// What a test does with NATS by itself.
    @FunctionalInterface
    interface Step {
        void run(Connection connection) throws Exception;
    }

    static void with(String url, Step step) {
        try {
            Connection connection = Nats.connect(url);
            try {
                step.run(connection);
            } finally {
                connection.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// On the data that is there.
    void restart() {
        server.restart();
    }

    String url() {
        return "nats://127.0.0.1:" + server.port();
    }

    int port() {
        return server.port();
    }

    void kill() {
        server.kill();
    }

    @Override
    public void close() {
        server.close();
    }
}

package dev.mainstay.server.cli;

import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// A real Redis or NATS server of a test, on a port and in a folder of its own, that can be killed and started again.
final class Broker implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final String url;
    private final int port;
    private final Path folder;
    private final List<String> command;
    private @Nullable Process process;

    private Broker(String scheme, int port, Path folder, List<String> command) {
        this.url = scheme + "://127.0.0.1:" + port;
        this.port = port;
        this.folder = folder;
        this.command = command;
        restart();
    }

    static Broker redis(Path folder) throws IOException {
        int port = freePort();
        Path program = packagedRedis(folder).or(() -> installed("redis-server")).orElseThrow(() -> missing("REDIS"));
        return new Broker(
                "redis",
                port,
                folder,
                List.of(
                        program.toString(),
                        "--port",
                        "" + port,
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        folder.toString(),
                        "--appendonly",
                        "yes"));
    }

    static Broker nats(Path folder) throws IOException {
        int port = freePort();
        Path program = installed("nats-server").orElseThrow(() -> missing("NATS"));
        return new Broker(
                "nats",
                port,
                folder,
                List.of(program.toString(), "-a", "127.0.0.1", "-p", "" + port, "-js", "-sd", folder.toString()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Optional<Path> packagedRedis(Path folder) throws IOException {
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        for (String version : List.of("6.2.6-v5", "6.2.7")) {
            try (InputStream jar = Broker.class.getResourceAsStream("/redis-server-" + version + "-linux-" + machine)) {
                Path file = folder.resolve("redis-server");
                if (jar != null && Files.copy(jar, file) > 0 && file.toFile().setExecutable(true)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> installed(String program) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin").split(":", -1))
                .map(path -> Path.of(path, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static RuntimeException missing(String name) {
        String why = "*** NO " + name + ": no such server here, so a Mainstay with it is not tested. ***";
        System.err.println(why);
        Assumptions.abort(why);
        return new IllegalStateException(why);
    }

    String url() {
        return url;
    }

    /// On the data that is there.
    void restart() {
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(url, e);
        }
        Eventually.holds(url + " listens", BOUND, this::listens);
    }

    private boolean listens() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }
}

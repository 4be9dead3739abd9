package dev.mainstay.message;

import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/// A real Redis server of a test, out of the embedded-redis jar or of this system, that can be killed and started again
/// on its data.
final class RedisProcess implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final Path binary;
    private final Path folder;
    private final List<String> settings;
    private final int port;
    private @Nullable Process process;

    private RedisProcess(Path binary, Path folder, List<String> settings, int port) {
        this.binary = binary;
        this.folder = folder;
        this.settings = settings;
        this.port = port;
    }

    static RedisProcess start(String... settings) {
        try {
            Path folder = Files.createTempDirectory("mainstay-redis");
            RedisProcess redis = new RedisProcess(binary(folder), folder, List.of(settings), freePort());
            redis.restart();
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path binary(Path folder) throws IOException {
        Optional<Path> binary = packaged(folder).or(RedisProcess::installed);
        if (binary.isEmpty()) {
            throw skipped("*** NO REDIS: no redis-server for this machine, so what Redis keeps is not tested. ***");
        }
        return binary.get();
    }

    private static TestAbortedException skipped(String why) {
        System.err.println(why);
        Assumptions.abort(why);
        return new TestAbortedException(why);
    }

    private static Optional<Path> packaged(Path folder) throws IOException {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        for (String version : List.of("6.2.6-v5", "6.2.7")) {
            String name = "/redis-server-" + version + "-" + system + "-" + machine;
            try (InputStream jar = RedisProcess.class.getResourceAsStream(name)) {
                if (jar != null) {
                    Path file = folder.resolve("redis-server");
                    Files.copy(jar, file);
                    if (file.toFile().setExecutable(true)) {
                        return Optional.of(file);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> installed() {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(path -> Path.of(path, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /// On the data that is there.
    void restart() {
        try {
            List<String> command = Stream.concat(
                            Stream.of(
                                    binary.toString(),
                                    "--port",
                                    Integer.toString(port),
                                    "--bind",
                                    "127.0.0.1",
                                    "--dir",
                                    folder.toString(),
                                    "--save",
                                    "",
                                    "--appendonly",
                                    "yes"),
                            settings.stream())
                    .toList();
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Eventually.holds("Redis listens", BOUND, this::listens);
    }

    private boolean listens() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            running.onExit().join();
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> file.toFile().delete());
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

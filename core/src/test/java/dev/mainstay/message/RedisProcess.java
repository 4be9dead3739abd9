package dev.mainstay.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// A real Redis server of a test, out of the embedded-redis jar or of this system, that can be killed and started again
/// on its data.
public final class RedisProcess implements AutoCloseable {
    private final ServerProcess server;

    private RedisProcess(ServerProcess server) {
        this.server = server;
    }

    public static RedisProcess start(String... settings) {
        Path folder = ServerProcess.folder("redis");
        int port = ServerProcess.freePort();
        RedisProcess redis =
                new RedisProcess(new ServerProcess("Redis", folder, port, command(folder, port, List.of(settings))));
        redis.restart();
        return redis;
    }

    private static List<String> command(Path folder, int port, List<String> settings) {
        List<String> fixed = List.of(
                binary(folder).toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                folder.toString(),
                "--save",
                "",
                "--appendonly",
                "yes");
        return Stream.concat(fixed.stream(), settings.stream()).toList();
    }

    private static Path binary(Path folder) {
        return packaged(folder)
                .or(() -> ServerProcess.installed("redis-server"))
                .orElseThrow(() -> ServerProcess.skipped(
                        "*** NO REDIS: no redis-server for this machine, so what Redis keeps is not tested. ***"));
    }

    private static Optional<Path> packaged(Path folder) {
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
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Optional.empty();
    }

    /// On the data that is there.
    void restart() {
        server.restart();
    }

    public String url() {
        return "redis://127.0.0.1:" + port();
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

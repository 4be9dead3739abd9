package dev.mainstay.message;

import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/// A server that a test starts on a port and a folder of its own, and can kill and start again on its data.
final class ServerProcess implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final String name;
    private final Path folder;
    private final int port;
    private final List<String> command;
    private @Nullable Process process;

    ServerProcess(String name, Path folder, int port, List<String> command) {
        this.name = name;
        this.folder = folder;
        this.port = port;
        this.command = command;
    }

    static Path folder(String name) {
        try {
            return Files.createTempDirectory("mainstay-" + name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A program of this system.
    static Optional<Path> installed(String program) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin").split(":", -1))
                .map(path -> Path.of(path, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static TestAbortedException skipped(String why) {
        System.err.println(why);
        Assumptions.abort(why);
        return new TestAbortedException(why);
    }

    /// On the data that is there.
    void restart() {
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Eventually.holds(name + " listens", BOUND, this::listens);
    }

    private boolean listens() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
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
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

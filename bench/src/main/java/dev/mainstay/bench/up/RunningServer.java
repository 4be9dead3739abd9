package dev.mainstay.bench.up;

import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `mainstay up` in a process of its own. Used by one thread.
public final class RunningServer implements AutoCloseable {
    private static final int OK = 200;
    private static final Duration START_BOUND = Duration.ofMinutes(2);
    private static final Duration STOP_BOUND = Duration.ofSeconds(40);
    private static final Duration PATIENCE = Duration.ofMillis(2);
    private static final Request READY = Request.get("/health/ready", "");

    private final Process process;
    private final Path folder;
    private final int port;
    private final double startMillis;

    private RunningServer(Process process, Path folder, int port, Stopwatch watch) {
        this.process = process;
        this.folder = folder;
        this.port = port;
        this.startMillis = awaitReady(watch);
    }

    /// Returns when the server says that it is ready.
    ///
    /// @param program what stands before `up`: the launcher, or java with its options
    /// @param folder its data folder; an empty one is a first start
    /// @param environment more variables than this process has
    public static RunningServer start(List<String> program, Path folder, Map<String, String> environment) {
        int port = freePort();
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("up", "--data", folder.toString(), "--port", Integer.toString(port)));
        var builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.directory(folder.resolveSibling(".").normalize().toFile());
        builder.environment().putAll(environment);
        var watch = Stopwatch.start();
        try {
            var process = builder.start();
            Threads.onShutdown("bench-end-server", process::destroyForcibly);
            return new RunningServer(process, folder, port, watch);
        } catch (IOException e) {
            throw new UncheckedIOException("the server did not start", e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no port is free", e);
        }
    }

    private double awaitReady(Stopwatch watch) {
        while (!isReady()) {
            if (!process.isAlive() || watch.seconds() > START_BOUND.toSeconds()) {
                process.destroyForcibly();
                throw new IllegalStateException("the server did not become ready; what it said stands above");
            }
            Threads.pause(PATIENCE);
        }
        return watch.millis();
    }

    private boolean isReady() {
        try (var wire = new Wire(port)) {
            return wire.exchange(READY).status() == OK;
        } catch (IOException e) {
            return false; // nobody listens yet
        }
    }

    /// From the start of its process until it said that it was ready.
    public double startMillis() {
        return startMillis;
    }

    public int port() {
        return port;
    }

    /// The processor time it has used since it was started.
    public Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// The key of the first start.
    public String adminToken() {
        try {
            return Files.readString(folder.resolve("admin-token")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the first start left no key", e);
        }
    }

    /// Asks it to stop, as Ctrl-C would, and waits until it has.
    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, STOP_BOUND.toSeconds(), TimeUnit.SECONDS)
                .join()
                .destroyForcibly();
    }
}

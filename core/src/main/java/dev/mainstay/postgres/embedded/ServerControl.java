package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts the server of one cluster through `pg_ctl`, which puts it into a session of its own: an interrupt
/// typed at the terminal reaches this process and not the server, which is stopped after those who use it.
///
/// Immutable and thread-safe.
record ServerControl(Binaries binaries, ServerAccount account, Cluster cluster, ServerLog log) {
    private static final Logger LOG = LoggerFactory.getLogger(ServerControl.class);
    /// Long, because a server that crashed under load replays its log before it answers.
    static final Duration START_BOUND = Duration.ofMinutes(10);
    private static final Duration MARGIN = Duration.ofSeconds(10);
    private static final int PORT_ATTEMPTS = 3;
    private static final String SETTINGS = "postgresql.conf";
    /// As [ServerSettings] writes it; initdb's own file has it commented out.
    private static final Pattern PORT = Pattern.compile("port = ([0-9]{1,5})");
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral(EmbeddedPostgres.HOST);

    /// Starts the server on `port`, or else on the one it had before, where others may still look for
    /// it, or else on any free one; returns its port once it accepts connections.
    int start(ServerSettings settings, OptionalInt port) throws IOException {
        if (port.isPresent()) {
            requireFree(port.getAsInt());
            startOn(port.getAsInt(), settings);
            return port.getAsInt();
        }
        for (int attempt = 1; ; attempt++) {
            int free = attempt == 1 ? previousPort().orElseGet(ServerControl::freePort) : freePort();
            try {
                startOn(free, settings);
                return free;
            } catch (MainstayException e) {
                if (e.code() != ErrorCode.PORT_IN_USE || attempt == PORT_ATTEMPTS) {
                    throw e;
                }
                LOG.atInfo().addKeyValue("port", free).log("another program took the port first, trying the next");
            }
        }
    }

    private Optional<Integer> previousPort() throws IOException {
        var file = cluster.data().resolve(SETTINGS);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(file)) {
            return lines.map(PORT::matcher)
                    .filter(Matcher::matches)
                    .map(line -> Integer.valueOf(line.group(1)))
                    .filter(ServerControl::isFree)
                    .findFirst();
        }
    }

    private static boolean isFree(int port) {
        try {
            bind(port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void bind(int port) throws IOException {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(LOOPBACK, port));
        }
    }

    private static void requireFree(int port) {
        try {
            bind(port);
        } catch (IOException e) {
            throw new MainstayException(
                    ErrorCode.PORT_IN_USE,
                    "the embedded PostgreSQL cannot listen on %s:%d: %s; stop what uses the port or choose another one"
                            .formatted(EmbeddedPostgres.HOST, port, e.getMessage()),
                    e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("this machine has no free port", e);
        }
    }

    private void startOn(int port, ServerSettings settings) throws IOException {
        var file = cluster.data().resolve(SETTINGS);
        FileTree.writePrivate(file, settings.render(port));
        account.own(file);
        log.prepare(account);
        long logSize = log.size();
        var words = List.of(
                binaries.program("pg_ctl"),
                "start",
                "--pgdata=" + cluster.data(),
                "--log=" + log.file(),
                "--wait",
                "--timeout=" + START_BOUND.toSeconds(),
                "--silent");
        var started = account.run(cluster.home(), START_BOUND.plus(MARGIN), words);
        if (!started.succeeded()) {
            var said = log.since(logSize);
            throw Failure.ofProgram(
                    "the embedded PostgreSQL in %s did not start".formatted(cluster.home()),
                    said.isEmpty() ? started.output() : said);
        }
    }

    /// Whether the server that runs was started with these settings, so that it can be taken over as it is.
    boolean startedWith(ServerSettings settings, int port) throws IOException {
        var file = cluster.data().resolve(SETTINGS);
        return Files.exists(file) && Files.readString(file).equals(settings.render(port));
    }
}

package dev.mainstay.postgres.embedded;

import dev.mainstay.concurrent.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts a server again that ended by itself, at the port it had: one that found its disk full while it wrote its log
/// ends, and cannot come back before there is room. A server that merely restarts its own processes is left alone.
///
/// Thread-safe.
final class Revival implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Revival.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final ServerControl control;
    private final ServerSettings settings;
    private final int port;
    private final Loop loop;
    private volatile boolean closed;
    private boolean wasMissing;

    Revival(ServerControl control, ServerSettings settings, int port) {
        this.control = control;
        this.settings = settings;
        this.port = port;
        loop = Loop.start("postgres-revival", LOOK, this::look);
    }

    private void look() throws IOException {
        var processes = control.cluster().processes();
        boolean isMissing = processes.postmaster().isEmpty();
        if (isMissing && wasMissing && !closed) {
            LOG.atWarn().addKeyValue("port", port).log("PostgreSQL has ended by itself, starting it again");
            processes.clearRemains();
            control.start(settings, OptionalInt.of(port));
            LOG.atInfo().addKeyValue("port", port).log("PostgreSQL is running again");
            isMissing = false;
            if (closed) {
                processes.stop();
            }
        }
        wasMissing = isMissing;
    }

    @Override
    public void close() {
        closed = true;
        loop.close();
    }
}

package dev.mainstay.postgres.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server whose process was killed: taken over when it serves, replaced when it does not.
///
/// Immutable and thread-safe.
record Orphan(ServerControl control) {
    private static final Logger LOG = LoggerFactory.getLogger(Orphan.class);
    private static final Duration ANSWER_BOUND = Duration.ofSeconds(10);

    /// The port of the running server, when there is one that does what is wanted. Otherwise nothing runs
    /// afterwards.
    OptionalInt adopt(ServerSettings wanted, OptionalInt wantedPort) throws IOException {
        var processes = control.cluster().processes();
        var running = processes.postmaster();
        if (running.isEmpty()) {
            processes.clearRemains();
            return OptionalInt.empty();
        }
        int port = running.get().port();
        if (wantedPort.orElse(port) == port && control.startedWith(wanted, port) && answers(port)) {
            return OptionalInt.of(port);
        }
        LOG.atInfo()
                .addKeyValue("pid", running.get().pid())
                .log("the running PostgreSQL is not as configured or does not answer, restarting it");
        processes.stop();
        processes.clearRemains();
        return OptionalInt.empty();
    }

    /// Patient with a server that still recovers from a crash, since stopping it would throw away what
    /// it has done.
    private boolean answers(int port) {
        var login = new Login(control.cluster(), port);
        if (starting()) {
            LOG.atInfo().addKeyValue("port", port).log("waiting for the running PostgreSQL to recover");
        }
        return Poll.until(ServerControl.START_BOUND, () -> !starting())
                && Poll.until(
                        ANSWER_BOUND, () -> login.succeeds() || postmaster().isEmpty())
                && postmaster().isPresent();
    }

    private Optional<PostmasterFile> postmaster() {
        return control.cluster().processes().postmaster();
    }

    private boolean starting() {
        return postmaster().filter(PostmasterFile::starting).isPresent();
    }
}

package dev.mainstay.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The living processes of the PostgreSQL server of one data folder, told from unrelated ones by what they run
/// and where: each server process works in its data folder.
///
/// Immutable and thread-safe.
///
/// @param data the real path of the server's data
record ServerProcesses(Path data) {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcesses.class);
    private static final Duration STOP_BOUND = Duration.ofSeconds(10);
    private static final Duration AT_ONCE_BOUND = Duration.ofSeconds(5);
    private static final Duration DEATH_BOUND = Duration.ofSeconds(10);

    /// The server's first process, when the one that `postmaster.pid` names is alive and really that.
    Optional<PostmasterFile> postmaster() {
        return PostmasterFile.read(data)
                .filter(file ->
                        ProcessHandle.of(file.pid()).filter(this::belongs).isPresent());
    }

    List<ProcessHandle> all() {
        return ProcessHandle.allProcesses().filter(this::belongs).toList();
    }

    private boolean belongs(ProcessHandle process) {
        var program = process.info().command().map(Path::of).map(Path::getFileName);
        return program.filter(name -> name.toString().startsWith("postgres")).isPresent() && worksInData(process);
    }

    /// A dead process whose parent has not noticed has no working folder any more, so it does not count.
    private boolean worksInData(ProcessHandle process) {
        var link = Path.of("/proc", Long.toString(process.pid()), "cwd");
        try {
            return Files.isDirectory(Path.of("/proc/self"))
                    ? Files.readSymbolicLink(link).equals(data)
                    : process.info().commandLine().orElse("").contains(data.toString());
        } catch (IOException e) {
            return false;
        }
    }

    /// Makes way for a new server after a crash. Processes whose first one is dead must not live beside a new
    /// server, which refuses to start while they do; a file that names no server of ours, but perhaps a living
    /// process, stops it as well.
    void clearRemains() throws IOException {
        var remains = all();
        if (!remains.isEmpty()) {
            LOG.atWarn().addKeyValue("data", data).log("killing {} processes of a crashed PostgreSQL", remains.size());
            kill();
        }
        Files.deleteIfExists(PostmasterFile.in(data));
    }

    /// Stops the server: it ends sessions and writes all out; past the bound it stops without writing, then it
    /// is killed. Nothing committed is lost in either case.
    void stop() {
        stop(STOP_BOUND, AT_ONCE_BOUND);
    }

    void stop(Duration bound, Duration atOnceBound) {
        if (!stopBy("INT", bound)) {
            LOG.atWarn().addKeyValue("data", data).log("PostgreSQL takes too long to stop, ending it at once");
            stopAtOnce(atOnceBound);
        }
    }

    /// Stops the server without writing anything out; the next start recovers what was committed.
    void stopAtOnce() {
        stopAtOnce(AT_ONCE_BOUND);
    }

    private void stopAtOnce(Duration bound) {
        if (!stopBy("QUIT", bound)) {
            LOG.atWarn().addKeyValue("data", data).log("PostgreSQL does not end, killing it");
            kill();
        }
    }

    /// What each signal means stands in [Shutting Down the
    /// Server](https://www.postgresql.org/docs/18/server-shutdown.html). The shell sends it, since Java knows
    /// only two signals, and not every machine has a program for it.
    private boolean stopBy(String signal, Duration bound) {
        var postmaster = postmaster();
        if (postmaster.isPresent()) {
            var pid = Long.toString(postmaster.get().pid());
            Command.run(data, bound.plus(AT_ONCE_BOUND), List.of("sh", "-c", "kill -" + signal + " \"$0\"", pid));
        }
        return Poll.until(bound, () -> postmaster().isEmpty());
    }

    private void kill() {
        all().forEach(ProcessHandle::destroyForcibly);
        Poll.until(DEATH_BOUND, () -> all().isEmpty());
    }
}

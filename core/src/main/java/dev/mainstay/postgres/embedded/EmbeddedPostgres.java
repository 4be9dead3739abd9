package dev.mainstay.postgres.embedded;

import dev.mainstay.concurrent.Loop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts, adopts and stops the PostgreSQL server that lives in a folder.
///
/// A server outlives a killed process on purpose: the next start in the same folder finds it running and takes
/// it over. The caller keeps other processes out of the folder, see [DataFolder]. Thread-safe.
public final class EmbeddedPostgres implements AutoCloseable {
    static final String HOST = "127.0.0.1";
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    static final String CLUSTER = "cluster";
    private static final Duration LOG_CHECK = Duration.ofMinutes(1);

    private final ServerControl control;
    private final int port;
    private final boolean adopted;
    private final String password;
    private final long postmasterPid;
    private final Loop logTrimmer;
    private final ServerSettings settings;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<@Nullable Revival> revival = new AtomicReference<>();

    private EmbeddedPostgres(ServerControl control, ServerSettings settings, int port, boolean adopted)
            throws IOException {
        this.control = control;
        this.settings = settings;
        this.port = port;
        this.adopted = adopted;
        this.password = control.cluster().password();
        this.postmasterPid = control.cluster()
                .processes()
                .postmaster()
                .orElseThrow(() -> Failure.ofProgram("PostgreSQL ended right after its start, see " + log(), ""))
                .pid();
        this.logTrimmer = Loop.start("postgres-log", LOG_CHECK, control.log()::trim);
    }

    /// Returns when the server accepts connections: one that was running already, or a new one, recovered if the
    /// last one crashed, on a database that is created if there is none.
    public static EmbeddedPostgres start(EmbeddedPostgresConfig config) {
        try {
            var settings = ServerSettings.of(config.settings());
            var control = prepare(config);
            var running = new Orphan(control).adopt(settings, config.port());
            var server = running.isPresent()
                    ? new EmbeddedPostgres(control, settings, running.getAsInt(), true)
                    : new EmbeddedPostgres(control, settings, control.start(settings, config.port()), false);
            return server.announce(config);
        } catch (IOException e) {
            throw Failure.ofFolder(config.folder(), e);
        }
    }

    /// Ends the server in `folder`, if one runs there, and deletes the folder with all its data.
    public static void discard(Path folder) {
        try {
            var processes = processesIn(folder);
            if (processes.isPresent()) {
                processes.get().stopAtOnce();
                FileTree.delete(folder);
            }
        } catch (IOException e) {
            throw Failure.ofFolder(folder, e);
        }
    }

    /// The first process of the server that runs in `folder`, be it that it serves, recovers or ends.
    public static Optional<ProcessHandle> runningIn(Path folder) {
        return processesIn(folder).flatMap(ServerProcesses::postmaster).flatMap(file -> ProcessHandle.of(file.pid()));
    }

    /// Ends the server in `folder` as [#stop()] does, for one whose Mainstay was killed. The caller
    /// keeps other processes out of the folder.
    public static void stopIn(Path folder) {
        processesIn(folder).ifPresent(ServerProcesses::stop);
    }

    private static Optional<ServerProcesses> processesIn(Path folder) {
        try {
            return Files.exists(folder)
                    ? Optional.of(new Cluster(folder.toRealPath().resolve(CLUSTER)).processes())
                    : Optional.empty();
        } catch (IOException e) {
            throw Failure.ofFolder(folder, e);
        }
    }

    private static ServerControl prepare(EmbeddedPostgresConfig config) throws IOException {
        FileTree.createPrivate(config.folder());
        var folder = config.folder().toRealPath();
        var cluster = new Cluster(folder.resolve(CLUSTER));
        var binaries = Binaries.unpackedIn(config.binariesCache());
        var account = admitted(ServerAccount.choose(cluster.home()), folder).reaching(binaries.folder());
        cluster.prepare(binaries, account);
        return new ServerControl(binaries, account, cluster, new ServerLog(folder.resolve("postgres.log")));
    }

    /// Our own folders are closed to others, so the account needs leave to pass; folders above are not
    /// ours to open.
    private static ServerAccount admitted(ServerAccount account, Path folder) throws IOException {
        var parent = Optional.ofNullable(folder.getParent()).filter(DataFolder::isOne);
        if (parent.isPresent()) {
            account.admit(parent.get());
        }
        account.admit(folder);
        return account.reaching(folder);
    }

    private EmbeddedPostgres announce(EmbeddedPostgresConfig config) {
        LOG.atInfo()
                .addKeyValue("port", port)
                .addKeyValue("folder", config.folder())
                .log(
                        adopted ? "took over the running PostgreSQL {}" : "PostgreSQL {} is running",
                        control.binaries().version());
        if (!adopted && config.binariesCache().equals(config.folder())) {
            control.binaries().removeOthers();
        }
        return this;
    }

    /// From now on the server is started again when it ends by itself, until [#stop()].
    public EmbeddedPostgres keepRunning() {
        if (revival.get() == null) {
            revival.set(new Revival(control, settings, port));
        }
        return this;
    }

    public String host() {
        return HOST;
    }

    public int port() {
        return port;
    }

    public String superuser() {
        return Cluster.SUPERUSER;
    }

    public String superuserPassword() {
        return password;
    }

    /// Whether the server ran already and was taken over.
    public boolean adopted() {
        return adopted;
    }

    /// The first process of the server as it was started here.
    public long postmasterPid() {
        return postmasterPid;
    }

    /// The file with the server's messages.
    public Path log() {
        return control.log().file();
    }

    /// Ends all sessions and stops the server within 15 seconds, however it behaves; nothing committed is lost.
    public void stop() {
        if (stopped.compareAndSet(false, true)) {
            logTrimmer.close();
            var reviving = revival.get();
            if (reviving != null) {
                reviving.close();
            }
            control.cluster().processes().stop();
            LOG.atInfo().addKeyValue("port", port).log("PostgreSQL has stopped");
        }
    }

    @Override
    public void close() {
        stop();
    }
}

package dev.mainstay.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The embedded server that another process on this machine runs, as one more node needs to know it.
///
/// Immutable and thread-safe. Holds the password of the superuser, which only who may read the folder gets.
public record RunningPostgres(String host, int port, String superuser, String password) {

    /// The server that runs in `folder`, which is [DataFolder#postgres()] of its owner; empty when none does.
    public static Optional<RunningPostgres> in(Path folder) {
        if (!Files.exists(folder)) {
            return Optional.empty();
        }
        try {
            var cluster = new Cluster(folder.toRealPath().resolve(EmbeddedPostgres.CLUSTER));
            var found = cluster.processes()
                    .postmaster()
                    .filter(postmaster -> postmaster.port() > 0 && !postmaster.starting());
            if (found.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new RunningPostgres(
                    EmbeddedPostgres.HOST, found.get().port(), Cluster.SUPERUSER, cluster.password()));
        } catch (IOException e) {
            throw Failure.ofFolder(folder, e);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}

package dev.mainstay.postgres.embedded;

import dev.mainstay.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;

/// Servers that stream from another, and servers that die, for tests. Stateless and thread-safe.
///
/// The copy is the [low-level base
/// backup](https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP), since the
/// programs that come with Mainstay have no `pg_basebackup`.
public final class Standby {
    private static final Set<String> LEFT_OUT =
            Set.of("postmaster.pid", "postmaster.opts", "pg_wal", "pg_replslot", "pg_stat_tmp", "pg_notify");

    private Standby() {}

    public static EmbeddedPostgres server(Path folder, Map<String, String> settings) {
        return EmbeddedPostgres.start(EmbeddedPostgresConfig.in(folder)
                .withBinariesCache(TestPostgres.binariesCache())
                .withSettings(settings));
    }

    /// A server in `folder` that follows the one in `from`, and is called `name` by it.
    public static EmbeddedPostgres of(EmbeddedPostgres primary, Path from, Path folder, String name)
            throws IOException, SQLException {
        Path source = new Cluster(from.toRealPath().resolve(EmbeddedPostgres.CLUSTER)).home();
        Path target = Files.createDirectories(folder).toRealPath().resolve(EmbeddedPostgres.CLUSTER);
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + primary.port() + "/postgres",
                        primary.superuser(),
                        primary.superuserPassword());
                Statement backup = connection.createStatement()) {
            backup.execute("SELECT pg_backup_start('" + name + "', fast => true)");
            copy(source, target);
            try (var label = backup.executeQuery("SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)")) {
                label.next();
                Files.writeString(target.resolve("data/backup_label"), label.getString(1));
            }
        }
        for (String empty : new String[] {"pg_wal", "pg_replslot", "pg_stat_tmp", "pg_notify"}) {
            FileTree.createPrivate(target.resolve("data").resolve(empty));
        }
        Files.createFile(target.resolve("data/standby.signal"));
        String conninfo = "host=127.0.0.1 port=%d user=%s password=%s application_name=%s"
                .formatted(primary.port(), primary.superuser(), primary.superuserPassword(), name);
        return server(folder, Map.of("primary_conninfo", conninfo));
    }

    private static void copy(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                if (isLeftOut(source, each)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                FileTree.createPrivate(target.resolve(source.relativize(each)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                if (!isLeftOut(source, each)) {
                    Files.copy(each, target.resolve(source.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path each, IOException failure) throws IOException {
                // A live server deletes files; its log makes up for them.
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }

    private static boolean isLeftOut(Path source, Path each) {
        Path relative = source.relativize(each);
        return relative.getNameCount() == 2
                && LEFT_OUT.contains(relative.getFileName().toString());
    }

    /// What a power cut does to the server in `folder`: every process of it is gone at once.
    public static void kill(Path folder) throws IOException {
        var processes = new Cluster(folder.toRealPath().resolve(EmbeddedPostgres.CLUSTER)).processes();
        processes.all().forEach(ProcessHandle::destroyForcibly);
    }

    /// As a person would who makes it the primary.
    public static void promote(EmbeddedPostgres standby) throws SQLException {
        execute(standby, "SELECT pg_promote()");
    }

    public static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres",
                        server.superuser(),
                        server.superuserPassword());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}

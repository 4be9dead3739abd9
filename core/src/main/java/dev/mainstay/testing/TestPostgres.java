package dev.mainstay.testing;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.DatabaseUrl;
import dev.mainstay.postgres.Login;
import dev.mainstay.postgres.embedded.DataFolder;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.postgres.embedded.EmbeddedPostgresConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The PostgreSQL server of a test run: one a JVM, started by whoever needs it first, gone when the JVM ends.
///
/// It gives up durability for speed, and lives in the temporary folder, where the programs stay unpacked for the
/// next run. What a killed run left is removed by the next one. Where the environment variable [#OUTSIDE] names a
/// server, tests run on that one instead, which only gains and loses databases and roles. Thread-safe.
public final class TestPostgres {
    /// Names a server that runs already, as its superuser: `postgresql://postgres:secret@localhost:5432/postgres`.
    public static final String OUTSIDE = "MAINSTAY_TEST_DATABASE";

    private static final Logger LOG = LoggerFactory.getLogger(TestPostgres.class);
    private static final String RUN = "run-";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");
    private static final Map<String, String> SETTINGS = Map.of(
            "fsync", "off",
            "synchronous_commit", "off",
            "full_page_writes", "off",
            "shared_buffers", "128MB",
            "max_connections", "200");

    private final String host;
    private final int port;
    private final Login superuser;
    private final boolean stays;

    private TestPostgres(String host, int port, Login superuser, boolean stays) {
        this.host = host;
        this.port = port;
        this.superuser = superuser;
        this.stays = stays;
    }

    private static final class Shared {
        private static final TestPostgres SERVER = outside(System.getenv(OUTSIDE));
    }

    private static TestPostgres outside(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return start();
        }
        var url = DatabaseUrl.parse(text);
        var superuser = url.login();
        if (superuser == null) {
            throw new IllegalArgumentException(OUTSIDE + " must name the server's superuser and its password");
        }
        int colon = url.where().lastIndexOf(':', url.where().indexOf('/'));
        var port = url.where().substring(colon + 1, url.where().indexOf('/'));
        return new TestPostgres(url.where().substring(0, colon), Integer.parseInt(port), superuser, true);
    }

    /// The server of this JVM.
    public static TestPostgres shared() {
        return Shared.SERVER;
    }

    /// Where test runs keep PostgreSQL's programs unpacked, for tests that start servers of their own.
    public static Path binariesCache() {
        return root().resolve("postgres");
    }

    private static Path root() {
        return Path.of(System.getProperty("java.io.tmpdir"), "mainstay-test-" + System.getProperty("user.name"));
    }

    private static TestPostgres start() {
        var root = root();
        try {
            var folder = ownFolder(root);
            var config = EmbeddedPostgresConfig.in(folder.postgres())
                    .withSettings(SETTINGS)
                    .withBinariesCache(binariesCache());
            var server = EmbeddedPostgres.start(config);
            Threads.onShutdown("mainstay-test-postgres", () -> discard(folder));
            return new TestPostgres(
                    server.host(), server.port(), new Login(server.superuser(), server.superuserPassword()), false);
        } catch (IOException e) {
            throw new MainstayException(
                    ErrorCode.DATA_FOLDER_UNUSABLE, "no test server can be started below " + root, e);
        }
    }

    /// Runs that start at the same moment take turns, so that none takes the folder another has just made for
    /// left over.
    private static DataFolder ownFolder(Path root) throws IOException {
        Files.createDirectories(root);
        try (var turn = FileChannel.open(root.resolve("turn"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            turn.lock();
            var folder = DataFolder.open(root.resolve(RUN + UUID.randomUUID()));
            requireSameOwner(root, folder.path());
            // Others may pass but not look: where PostgreSQL cannot run as root it runs as another user.
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
            removeLeftovers(root);
            return folder;
        }
    }

    /// The place is known to everybody on the machine, and programs are run from it.
    private static void requireSameOwner(Path root, Path ours) throws IOException {
        if (!Files.getOwner(root).equals(Files.getOwner(ours))) {
            throw new MainstayException(
                    ErrorCode.DATA_FOLDER_UNUSABLE,
                    "%s belongs to %s; remove it, or set java.io.tmpdir to a folder of your own"
                            .formatted(root, Files.getOwner(root)));
        }
    }

    private static void removeLeftovers(Path root) throws IOException {
        try (var runs = Files.newDirectoryStream(root, RUN + "*")) {
            for (var run : runs) {
                if (DataFolder.holder(run).isEmpty()) {
                    remove(run);
                }
            }
        }
    }

    private static void remove(Path run) {
        try (var leftover = DataFolder.open(run)) {
            LOG.atInfo().addKeyValue("folder", run).log("removing what a killed test run left");
            EmbeddedPostgres.discard(leftover.postgres());
            leftover.delete();
        } catch (MainstayException e) {
            LOG.atWarn().addKeyValue("folder", run).log("what a killed test run left stays: {}", e.getMessage());
        }
    }

    private static void discard(DataFolder folder) {
        EmbeddedPostgres.discard(folder.postgres());
        folder.delete();
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public String superuser() {
        return superuser.user();
    }

    public String password() {
        return superuser.password();
    }

    /// The JDBC URL of a database on this server, without user and password.
    public String url(String database) {
        return "jdbc:postgresql://" + host() + ":" + port() + "/" + database;
    }

    /// Makes a database, as a copy of `template` when one is named; nobody may be connected to that one.
    public void createDatabase(String name, @Nullable String template) {
        execute("CREATE DATABASE " + quoted(name) + (template == null ? "" : " TEMPLATE " + quoted(template)));
    }

    /// Drops the database if it is there, and ends whatever sessions are connected to it.
    public void dropDatabase(String name) {
        execute("DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)");
    }

    /// Drops it when this JVM ends, unless the whole server goes then.
    void dropAtEnd(String name) {
        if (stays) {
            Threads.onShutdown("mainstay-drop-" + name, () -> dropDatabase(name));
        }
    }

    private static String quoted(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not the name of a test database: " + name);
        }
        return '"' + name + '"';
    }

    private void execute(String sql) {
        try (var connection = DriverManager.getConnection(url("postgres"), superuser(), password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("the test server refused: " + sql, e);
        }
    }
}

package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.postgres.embedded.PassableFolder;
import dev.mainstay.postgres.embedded.Standby;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.LoggerFactory;

/// A server that offers TLS with a certificate for `localhost`, signed by an authority of the test.
class TlsFlowTest {
    private static final String DATABASE = "mainstay";

    @TempDir(factory = PassableFolder.class)
    private static Path folder;

    private static EmbeddedPostgres server;
    private static EmbeddedPostgres plain;

    @BeforeAll
    static void start() throws Exception {
        boolean canSign = Certificates.canBeMade();
        if (!canSign) {
            LoggerFactory.getLogger(TlsFlowTest.class)
                    .error("SKIPPED: openssl is not installed, so TLS to PostgreSQL is not tried");
        }
        assumeTrue(canSign, "openssl is not installed");
        Certificates.authority(folder, "ours");
        Certificates.authority(folder, "strange");
        server = Standby.server(folder.resolve("server"), Map.of("shared_buffers", "16MB"));
        // Into the data, which belongs to whoever the server runs as.
        Path data = folder.resolve("server/cluster/data");
        Certificates.forLocalhost(folder, "ours", data);
        for (String change : new String[] {"ssl_cert_file = 'server.crt'", "ssl_key_file = 'server.key'", "ssl = on"}) {
            Standby.execute(server, "ALTER SYSTEM SET " + change);
        }
        Standby.execute(server, "SELECT pg_reload_conf()");
        Standby.execute(server, "CREATE DATABASE " + DATABASE);
        plain = Standby.server(folder.resolve("plain"), Map.of("shared_buffers", "16MB"));
    }

    @AfterAll
    static void stop() {
        EmbeddedPostgres.discard(folder.resolve("server"));
        EmbeddedPostgres.discard(folder.resolve("plain"));
    }

    private static DatabaseConfig.Builder config(EmbeddedPostgres of, String host, String authority) {
        return DatabaseConfig.at("postgresql://" + host + ":" + of.port() + "/" + DATABASE
                        + "?sslmode=verify-full&sslrootcert=" + folder.resolve(authority))
                .owner(of.superuser(), of.superuserPassword());
    }

    private static void assertRefused(ThrowingCallable opening, String... words) {
        assertThatThrownBy(opening)
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_TLS))
                .hasMessageContainingAll(words)
                .message()
                .doesNotContain("tries again")
                .hasLineCount(1);
    }

    @Test
    void a_server_that_proves_its_name_is_used_and_every_connection_is_encrypted() throws SQLException {
        try (Database database =
                        Database.open(config(server, "localhost", "ours.crt").build());
                var control = database.controlConnection("beat")) {
            assertThat(control.isValid(5)).isTrue();
            database.control(handle -> handle.execute("SELECT 1"));
            assertThat(database.api(Organizations.DEFAULT)
                            .list(
                                    "SELECT coalesce(bool_and(ssl), false)"
                                            + " FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE pid = pg_backend_pid()",
                                    Map.of(),
                                    (row, context) -> row.getBoolean(1)))
                    .containsExactly(true);
            assertThat(encryptedConnections()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void notifications_are_heard_over_an_encrypted_connection() throws SQLException {
        try (Database database =
                        Database.open(config(server, "localhost", "ours.crt").build());
                var listening = database.listenConnection();
                var statement = listening.createStatement()) {
            statement.execute("LISTEN heard");
            var notifications = listening.unwrap(PGConnection.class);

            for (int i = 0; i < 3; i++) {
                String said = "number " + i;
                database.control(handle -> handle.execute("SELECT pg_notify('heard', ?)", said));

                assertThat(notifications.getNotifications(10_000))
                        .extracting(PGNotification::getParameter)
                        .containsExactly(said);
            }
        }
    }

    // As the superuser, who sees the sessions of all.
    private static int encryptedConnections() throws SQLException {
        try (var connection = Connecting.open(
                        DatabaseUrl.parse("postgresql://localhost:" + server.port() + "/" + DATABASE),
                        new Login(server.superuser(), server.superuserPassword()),
                        Connecting.properties("test", "look", 30, false));
                var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
                        FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                        WHERE application_name LIKE 'mainstay/node/%'
                        """)) {
            row.next();
            assertThat(row.getInt(2)).isZero();
            return row.getInt(1);
        }
    }

    @Test
    void a_server_of_another_name_is_refused() {
        assertRefused(
                () -> Database.open(config(server, "127.0.0.1", "ours.crt").build()),
                "127.0.0.1",
                "for another name",
                "subject alternative names");
    }

    @Test
    void a_server_with_the_certificate_of_an_unknown_authority_is_refused() {
        assertRefused(
                () -> Database.open(config(server, "localhost", "strange.crt").build()),
                "not signed by an authority we were told to trust",
                "sslrootcert=FILE");
    }

    @Test
    void a_missing_or_unreadable_file_with_the_authority_is_named() throws Exception {
        Files.writeString(folder.resolve("empty.crt"), "");
        for (String file : new String[] {"missing.crt", "empty.crt"}) {
            assertRefused(() -> Database.open(config(server, "localhost", file).build()), file, "sslrootcert=FILE");
        }
    }

    @Test
    void a_server_without_tls_is_refused() {
        assertRefused(
                () -> Database.open(config(plain, "localhost", "ours.crt").build()),
                "does not support SSL",
                "ssl = on");
    }
}

package dev.mainstay.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.PGProperty;

/// Opens single connections and gives pools their driver properties, one place for what every connection has in common.
///
/// Stateless and thread-safe.
final class Connecting {
    private static final int CONNECT_SECONDS = 5;

    private Connecting() {}

    /// A connection of its own that the caller closes; failures are worded.
    static Connection open(DatabaseUrl url, Login login, Properties properties) {
        Properties all = new Properties();
        all.putAll(properties);
        PGProperty.USER.set(all, login.user());
        if (!login.password().isEmpty()) {
            PGProperty.PASSWORD.set(all, login.password());
        }
        try {
            return DriverManager.getConnection(url.jdbc(), all);
        } catch (SQLException e) {
            throw Failures.connecting(e, url.where(), login.user());
        }
    }

    /// What the driver is told for connections used for `purpose`; a socket that stays silent for `socketSeconds` is
    /// given up (0: never).
    static Properties properties(String node, String purpose, long socketSeconds, boolean pooler) {
        Properties properties = new Properties();
        PGProperty.APPLICATION_NAME.set(properties, applicationName(node, purpose));
        PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_SECONDS);
        PGProperty.SOCKET_TIMEOUT.set(properties, Math.toIntExact(socketSeconds));
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.REWRITE_BATCHED_INSERTS.set(properties, true);
        if (pooler) {
            // A named statement lives in one server session, and the next transaction may get another.
            PGProperty.PREPARE_THRESHOLD.set(properties, 0);
        }
        return properties;
    }

    // PostgreSQL keeps 63 bytes of it; a longer node name loses its end, never the purpose.
    private static String applicationName(String node, String purpose) {
        int room = 63 - "mainstay//".length() - purpose.length();
        return "mainstay/" + (node.length() > room ? node.substring(0, room) : node) + "/" + purpose;
    }
}

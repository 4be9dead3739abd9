package dev.mainstay.postgres;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/// What one connection says about the server behind it: version, whether it can be written, and whether
/// a pooler is between.
///
/// Immutable and thread-safe.
record Server(int version, boolean readOnly, boolean pooler) {
    static final int OLDEST = 15;

    static Server of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT current_setting('server_version_num')::int,
                               pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,
                               pg_backend_pid()
                        """)) {
            row.next();
            // A pooler answers the login itself, so the process id it gave is not that of the backend that serves us.
            int announced = connection.unwrap(PGConnection.class).getBackendPID();
            return new Server(row.getInt(1), row.getBoolean(2), announced != row.getInt(3));
        }
    }

    int majorVersion() {
        return version / 10_000;
    }

    void requireUsable(String where) {
        if (majorVersion() < OLDEST) {
            throw new MainstayException(
                    ErrorCode.DATABASE_VERSION,
                    "PostgreSQL at " + where + " is version " + majorVersion() + ", Mainstay needs " + OLDEST
                            + " or newer. Upgrade it (pg_upgrade), or start without database.url to use the embedded one.");
        }
        if (readOnly) {
            throw new MainstayException(
                    ErrorCode.DATABASE_READ_ONLY,
                    "PostgreSQL at " + where + " is read-only: it is a standby, or default_transaction_read_only is on."
                            + " Point database.url at the primary; with several hosts use targetServerType=primary.");
        }
    }
}

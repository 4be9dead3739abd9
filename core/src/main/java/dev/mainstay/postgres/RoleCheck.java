package dev.mainstay.postgres;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// Refuses a role that row-level security would not bind, or that finds no tables: both would show only
/// when it is too late.
///
/// Stateless and thread-safe.
final class RoleCheck {
    private static final String ATTRIBUTES = """
            SELECT rolsuper, rolbypassrls,
                   EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                           WHERE n.nspname = ? AND pg_has_role(c.relowner, 'USAGE')),
                   current_setting('search_path')
            FROM pg_roles
            WHERE rolname = current_user
            """;

    private RoleCheck() {}

    static void require(Connection connection, DatabaseConfig config, Login login) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(ATTRIBUTES)) {
            query.setString(1, config.schema());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                refuse(row.getBoolean(1), config, login, "is a superuser");
                refuse(row.getBoolean(2), config, login, "has BYPASSRLS");
                refuse(row.getBoolean(3), config, login, "owns the tables, or is a member of the role that does");
                requireSearchPath(row.getString(4), config, login);
            }
        }
    }

    private static void refuse(boolean unsafe, DatabaseConfig config, Login login, String why) {
        if (unsafe) {
            throw new MainstayException(
                    ErrorCode.DATABASE_ROLE,
                    "Database role " + login.user() + " at " + config.url().where() + " " + why
                            + ", so row-level security would not keep organizations apart."
                            + " Use a plain role; `mainstay db init --print-sql` prints how to make one.");
        }
    }

    private static void requireSearchPath(String searchPath, DatabaseConfig config, Login login) {
        if (!searchPath.equals(config.schema())) {
            throw new MainstayException(
                    ErrorCode.DATABASE_ROLE,
                    "Database role " + login.user() + " at " + config.url().where() + " has search_path '" + searchPath
                            + "' instead of '" + config.schema() + "'. Let an administrator run: ALTER ROLE "
                            + Quoted.name(login.user()) + " IN DATABASE "
                            + Quoted.name(config.url().database())
                            + " SET search_path = " + Quoted.text(config.schema()));
        }
    }
}

package dev.mainstay.postgres;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/// The steps before the pools: the owner prepares roles and schema, then each role of the running program is tried.
///
/// Stateless and thread-safe.
final class Opening {
    private Opening() {}

    static Server prepare(DatabaseConfig config) {
        Login owner = config.owner();
        if (owner == null) {
            Server server = tryRole(config, config.engine(), true);
            tryRole(config, config.api(), false);
            return server;
        }
        try (Connection connection = Connecting.open(config.url(), owner, Migrations.ownerProperties(config))) {
            Server server = Server.of(connection);
            server.requireUsable(config.url().where());
            Roles roles = new Roles(config);
            roles.ensure(connection, server.majorVersion());
            new Migrations(config).migrate(connection);
            tryRole(config, roles, connection, config.engine());
            tryRole(config, roles, connection, config.api());
            return server;
        } catch (SQLException e) {
            throw Failures.connecting(e, config.url().where(), owner.user());
        }
    }

    // A derived password is wrong after the owner's was changed; the owner may then set it anew.
    private static void tryRole(DatabaseConfig config, Roles roles, Connection owner, Login login) throws SQLException {
        try {
            tryRole(config, login, false);
        } catch (MainstayException e) {
            if (e.code() != ErrorCode.DATABASE_AUTH || !config.isDerived(login)) {
                throw e;
            }
            roles.resetPassword(owner, login);
            tryRole(config, login, false);
        }
    }

    private static Server tryRole(DatabaseConfig config, Login login, boolean checkSchema) {
        Properties properties = Connecting.properties(config.node(), "start", 30, true);
        try (Connection connection = Connecting.open(config.url(), login, properties)) {
            Server server = Server.of(connection);
            server.requireUsable(config.url().where());
            if (checkSchema) {
                new Migrations(config).migrate(connection);
            }
            RoleCheck.require(connection, config, login);
            return server;
        } catch (SQLException e) {
            throw Failures.connecting(e, config.url().where(), login.user());
        }
    }
}

package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.util.PSQLState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks a server that was found running whether it is ours: only then does it know our password and
/// name our data.
///
/// Immutable and thread-safe.
record Login(Cluster cluster, int port) {
    private static final Logger LOG = LoggerFactory.getLogger(Login.class);

    /// True when our server answers; false when it does not (yet), as while it recovers.
    boolean succeeds() {
        var url = "jdbc:postgresql://%s:%d/postgres".formatted(EmbeddedPostgres.HOST, port);
        try (var connection = DriverManager.getConnection(url, properties());
                var statement = connection.createStatement();
                var answer = statement.executeQuery("SHOW data_directory")) {
            return answer.next() && Path.of(answer.getString(1)).equals(cluster.data());
        } catch (SQLException e) {
            if (PSQLState.INVALID_PASSWORD.getState().equals(e.getSQLState())) {
                throw new MainstayException(
                        ErrorCode.EMBEDDED_POSTGRES,
                        "the PostgreSQL running in %s does not accept the password stored there"
                                .formatted(cluster.home()),
                        e);
            }
            LOG.atDebug().addKeyValue("port", port).log("no answer yet: {}", e.getMessage());
            return false;
        } catch (IOException e) {
            throw Failure.ofFolder(cluster.home(), e);
        }
    }

    private Properties properties() throws IOException {
        var properties = new Properties();
        properties.setProperty("user", Cluster.SUPERUSER);
        properties.setProperty("password", cluster.password());
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("socketTimeout", "5");
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        return properties;
    }
}

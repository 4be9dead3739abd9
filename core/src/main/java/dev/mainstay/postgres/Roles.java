package dev.mainstay.postgres;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.util.PasswordUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The two roles of the running program: made when the owner may, else asked of an administrator in so many words.
///
/// Thread-safe; several nodes may do this at once.
public final class Roles {
    private static final String SETTINGS_OF = """
            SELECT unnest(s.setconfig)
            FROM pg_db_role_setting s
            JOIN pg_roles r ON r.oid = s.setrole
            JOIN pg_database d ON d.oid = s.setdatabase
            WHERE r.rolname = ? AND d.datname = ?
            """;

    private static final Logger LOG = LoggerFactory.getLogger(Roles.class);
    private static final String REMEDY = "let an administrator run what `mainstay db init --print-sql` prints";
    // Two nodes, or two databases of one server, made the same role or changed the same catalog row at the same moment.
    private static final Set<String> LOST_RACES = Set.of("42710", "23505", "XX000");
    private static final RetryPolicy<Object> RETRY = RetryPolicy.builder()
            .handleIf(failure -> failure instanceof SQLException sql && LOST_RACES.contains(sql.getSQLState()))
            .withMaxRetries(10)
            .withDelay(5, 100, ChronoUnit.MILLIS)
            .build();

    private final DatabaseConfig config;

    public Roles(DatabaseConfig config) {
        this.config = config;
    }

    /// Makes the roles and their settings where they are missing, over a connection of the owner; changes nothing
    /// otherwise.
    void ensure(Connection owner, int majorVersion) {
        try {
            Failsafe.with(RETRY).run(() -> ensureOnce(owner, majorVersion));
        } catch (dev.failsafe.FailsafeException e) {
            throw new MainstayException(
                    ErrorCode.DATABASE_ROLE,
                    "The database roles " + config.engine().user() + " and "
                            + config.api().user()
                            + " could not be prepared at " + config.url().where() + ": "
                            + (e.getCause() == null ? e : e.getCause()).getMessage() + ". Else " + REMEDY + ".",
                    e);
        }
    }

    private void ensureOnce(Connection owner, int majorVersion) throws SQLException {
        for (Login login : List.of(config.engine(), config.api())) {
            if (!exists(owner, login.user())) {
                create(owner, login);
            }
        }
        List<String> changes = new ArrayList<>();
        for (RoleSettings settings : RoleSettings.of(config, majorVersion)) {
            changes.addAll(settings.missing(config.url().database(), settingsOf(owner, settings.role())));
        }
        apply(owner, changes);
    }

    private static boolean exists(Connection owner, String role) throws SQLException {
        try (PreparedStatement query = owner.prepareStatement("SELECT FROM pg_roles WHERE rolname = ?")) {
            query.setString(1, role);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    private void create(Connection owner, Login login) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(createSql(login));
            LOG.atInfo().addKeyValue("role", login.user()).log("created database role");
        } catch (SQLException e) {
            if (!"42501".equals(e.getSQLState())) {
                throw e;
            }
            throw new MainstayException(
                    ErrorCode.DATABASE_ROLE,
                    "Database role " + login.user() + " does not exist at "
                            + config.url().where() + ", and the user given may not create roles: " + REMEDY + ".",
                    e);
        }
    }

    /// Gives a role the password this node derives for it, after the owner's password was changed.
    void resetPassword(Connection owner, Login login) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(passwordSql(login));
        } catch (SQLException e) {
            if (!"42501".equals(e.getSQLState())) {
                throw e;
            }
            throw passwordKept(login, e);
        }
    }

    private MainstayException passwordKept(Login login, SQLException refusal) {
        return new MainstayException(
                ErrorCode.DATABASE_ROLE,
                "Database role " + login.user() + " at " + config.url().where()
                        + " has another password, and the user given may not change it (" + firstLine(refusal) + "): "
                        + REMEDY + ", which sets it. If the role belongs to another Mainstay, name roles of your own in"
                        + " database.engine and database.api.",
                refusal);
    }

    private static String firstLine(SQLException refusal) {
        return String.valueOf(refusal.getMessage()).lines().findFirst().orElse("");
    }

    private static String passwordSql(Login login) {
        return "ALTER ROLE " + Quoted.name(login.user()) + " PASSWORD " + Quoted.text(verifier(login));
    }

    private static String createSql(Login login) {
        return "CREATE ROLE " + Quoted.name(login.user()) + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
                + (login.password().isEmpty() ? "" : " PASSWORD " + Quoted.text(verifier(login)));
    }

    // The server and its log see what can verify the password, not the password.
    private static String verifier(Login login) {
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        return PasswordUtil.encodeScramSha256(login.password().toCharArray(), 4096, salt);
    }

    private List<String> settingsOf(Connection owner, String role) throws SQLException {
        try (PreparedStatement query = owner.prepareStatement(SETTINGS_OF)) {
            query.setString(1, role);
            query.setString(2, config.url().database());
            List<String> settings = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    settings.add(rows.getString(1));
                }
            }
            return settings;
        }
    }

    private static void apply(Connection owner, List<String> changes) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            for (String change : changes) {
                statement.execute(change);
            }
        } catch (SQLException e) {
            if (!"42501".equals(e.getSQLState())) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("missing", String.join("; ", changes))
                    .log("timeouts of the database roles are not as configured, and the user given may not set them");
        }
    }

    /// What an administrator runs once, in psql, for a user who may not create roles or databases. Passwords appear
    /// only as SCRAM verifiers, from which they cannot be read.
    public String initSql() {
        Login owner = config.owner() != null ? config.owner() : new Login("mainstay", "");
        String database = Quoted.name(config.url().database());
        Stream<String> cluster = Stream.concat(
                Stream.of(owner, config.engine(), config.api()).map(Roles::createUnlessThere),
                Stream.of("CREATE DATABASE " + database + " OWNER " + Quoted.name(owner.user())));
        Stream<String> settings = RoleSettings.of(config, Server.OLDEST).stream()
                .flatMap(each -> each.missing(config.url().database(), List.of()).stream());
        Stream<String> newer = RoleSettings.of(config, RoleSettings.TRANSACTION_TIMEOUT_SINCE).stream()
                .flatMap(each ->
                        each
                                .onlySince(
                                        RoleSettings.TRANSACTION_TIMEOUT_SINCE,
                                        config.url().database())
                                .stream());
        Stream<String> inside = Stream.of(
                "CREATE SCHEMA IF NOT EXISTS " + Quoted.name(config.schema()) + " AUTHORIZATION "
                        + Quoted.name(owner.user()),
                "GRANT CONNECT ON DATABASE " + database + " TO "
                        + Stream.of(owner, config.engine(), config.api())
                                .map(login -> Quoted.name(login.user()))
                                .collect(Collectors.joining(", ")));
        return "-- Run once as an administrator: psql -v ON_ERROR_STOP=1 -f this-file postgres\n"
                + "-- Where the database exists already, leave out its CREATE DATABASE line.\n"
                + statements(cluster) + statements(Stream.concat(settings, newer))
                + "\\connect " + database + "\n" + statements(inside);
    }

    // A role that is there takes the password that Mainstay will come with.
    private static String createUnlessThere(Login login) {
        return "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = " + Quoted.text(login.user())
                + ") THEN " + createSql(login) + (login.password().isEmpty() ? "" : "; ELSE " + passwordSql(login))
                + "; END IF; END $$";
    }

    private static String statements(Stream<String> statements) {
        return statements.map(statement -> statement + ";\n").collect(Collectors.joining());
    }
}

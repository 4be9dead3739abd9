package dev.mainstay.postgres;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Words the failures of PostgreSQL that a person must act on. All others stay what they are.
///
/// The codes are those of https://www.postgresql.org/docs/current/errcodes-appendix.html. Stateless and thread-safe.
final class Failures {
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03");
    private static final Set<String> CUT = Set.of("08003", "08006", "57P01", "57P02", "57P05");
    private static final Set<String> GOING_AWAY = Set.of("57P01", "57P02", "57P03", "57P05", "53300");

    private Failures() {}

    /// A transaction that met another one: it changed nothing and may run again.
    static boolean isConflict(Throwable failure) {
        return state(failure).filter(CONFLICTS::contains).isPresent();
    }

    /// PostgreSQL will never take these values: they are malformed, out of range, against a constraint (classes 22 and
    /// 23), or larger than it can hold (54). Nothing was changed, and asking again with the same values is in vain.
    static boolean isOfValues(Throwable failure) {
        return state(failure)
                .filter(state -> state.startsWith("22") || state.startsWith("23") || state.startsWith("54"))
                .isPresent();
    }

    /// It is there already.
    static boolean isDuplicate(Throwable failure) {
        return state(failure).filter("23505"::equals).isPresent();
    }

    /// The server gave up a statement, as it does when a timeout is over.
    static boolean isCancelled(Throwable failure) {
        return state(failure).filter("57014"::equals).isPresent();
    }

    /// PostgreSQL, or the way to it, had a part in it; all else is a fault in what was about to be sent.
    static boolean isOfDatabase(Throwable failure) {
        return failure instanceof MainstayException || sqlException(failure).isPresent();
    }

    /// No answer came, or none can come: what was sent may have happened or not.
    static boolean isConnectionLost(Throwable failure) {
        return state(failure)
                .filter(state -> state.startsWith("08") || GOING_AWAY.contains(state))
                .isPresent();
    }

    /// A connection that was there is gone, so another one may do; unlike a database that cannot be reached at all.
    static boolean isCutOff(Throwable failure) {
        boolean unknown = failure instanceof MainstayException ours && ours.code() == ErrorCode.COMMIT_UNKNOWN;
        return !unknown && state(failure).filter(CUT::contains).isPresent();
    }

    /// The failure of someone who asks again, in our words where we have any, else the failure itself.
    static RuntimeException worded(RuntimeException failure, String where, String user) {
        if (failure instanceof MainstayException) {
            return failure;
        }
        return sqlException(failure)
                .<RuntimeException>map(sql -> worded(sql, where, user, " Mainstay tries again by itself."))
                .orElse(failure);
    }

    /// A failure to connect, whoever asked may give up now; one without special words is unreachable.
    static MainstayException connecting(SQLException failure, String where, String user) {
        SQLException cause = sqlException(failure).orElse(failure);
        MainstayException worded = worded(cause, where, user, "");
        if (worded != null) {
            return worded;
        }
        return "42501".equals(cause.getSQLState()) ? forbidden(cause, where, user) : unreachable(failure, where, "");
    }

    private static MainstayException forbidden(SQLException failure, String where, String user) {
        return new MainstayException(
                ErrorCode.DATABASE_ROLE,
                "PostgreSQL at " + where + " does not let user " + user + " do this: " + serverMessage(failure)
                        + ". Let an administrator run what `mainstay db init --print-sql` prints.",
                failure);
    }

    private static @Nullable MainstayException worded(SQLException failure, String where, String user, String next) {
        Optional<String> remedy = TlsRefusal.remedy(failure);
        if (remedy.isPresent()) {
            return new MainstayException(
                    ErrorCode.DATABASE_TLS,
                    "PostgreSQL at " + where + " is not trusted: " + serverMessage(failure) + ". " + remedy.get() + "."
                            + next,
                    failure);
        }
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        return switch (state) {
            case "28P01", "28000" ->
                new MainstayException(
                        ErrorCode.DATABASE_AUTH,
                        "PostgreSQL at " + where + " refused user " + user + ": " + serverMessage(failure)
                                + ". Check user and password in database.*, and pg_hba.conf on the server.",
                        failure);
            case "3D000" ->
                new MainstayException(
                        ErrorCode.DATABASE_MISSING,
                        "PostgreSQL at " + where + ": " + serverMessage(failure)
                                + ". Create it, or let an administrator run what `mainstay db init --print-sql` prints.",
                        failure);
            case "25006" ->
                new MainstayException(
                        ErrorCode.DATABASE_READ_ONLY,
                        "PostgreSQL at " + where + " is read-only: " + serverMessage(failure)
                                + ". Point database.url at the primary; with several hosts use targetServerType=primary.",
                        failure);
            case "53100" ->
                new MainstayException(
                        ErrorCode.DISK_FULL,
                        "PostgreSQL at " + where + " has no disk space left: " + serverMessage(failure)
                                + ". Free space on its volume." + next,
                        failure);
            default -> isConnectionLost(failure) ? unreachable(failure, where, next) : null;
        };
    }

    private static MainstayException unreachable(SQLException failure, String where, String next) {
        return new MainstayException(
                ErrorCode.DATABASE_UNREACHABLE,
                "No answer from PostgreSQL at " + where + ": " + firstSentence(serverMessage(failure))
                        + ". Check that the server runs, and that host and port are right." + next,
                failure);
    }

    private static String serverMessage(SQLException failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        String line = message.lines().findFirst().orElse("").strip();
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    // The driver's advice follows its reason, and ours follows here.
    private static String firstSentence(String message) {
        int end = message.indexOf(". ");
        return end < 0 ? message : message.substring(0, end);
    }

    static Optional<String> state(Throwable failure) {
        return sqlException(failure).map(SQLException::getSQLState);
    }

    // The innermost one: a pool that timed out wraps the reason why it has no connection.
    private static Optional<SQLException> sqlException(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .reduce((outer, inner) -> inner);
    }
}

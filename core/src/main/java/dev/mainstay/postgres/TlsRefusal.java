package dev.mainstay.postgres;

import java.io.FileNotFoundException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/// Why there is no trust in a server, and what to do; a handshake that was merely cut off is no such refusal.
///
/// The driver speaks the language of its user, so only words that every translation keeps are looked for. Stateless
/// and thread-safe.
final class TlsRefusal {
    private static final String REJECTED = "08004";

    private TlsRefusal() {}

    /// What a person can do about it; empty when the failure is of another kind.
    static Optional<String> remedy(SQLException failure) {
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        if (failure.getSQLState() == null || !failure.getSQLState().startsWith("08")) {
            return Optional.empty();
        }
        if (message.contains("HostnameVerifier")) {
            return Optional.of("The server's certificate is for another name: use a name that stands in it, or let the"
                    + " server have one with this name among its subject alternative names");
        }
        if (isCausedBy(failure, SSLException.class) && isCausedBy(failure, GeneralSecurityException.class)) {
            return Optional.of("The server's certificate has expired, or is not signed by an authority we were told to"
                    + " trust: name the file with that authority's certificate as sslrootcert=FILE in the URL");
        }
        if (isCausedBy(failure, GeneralSecurityException.class) || isCausedBy(failure, FileNotFoundException.class)) {
            return Optional.of("Name a readable file with the certificate, in PEM, of the authority that signed the"
                    + " server's as sslrootcert=FILE in the URL");
        }
        if (failure.getSQLState().equals(REJECTED) && message.contains("SSL")) {
            return Optional.of("Set ssl = on at the server with a certificate and its key, or leave sslmode out of the"
                    + " URL where the network between is trusted");
        }
        return Optional.empty();
    }

    private static boolean isCausedBy(Throwable failure, Class<? extends Exception> kind) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .anyMatch(kind::isInstance);
    }
}

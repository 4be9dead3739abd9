package dev.mainstay.alert.mail;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Durations;
import dev.mainstay.config.Required;
import dev.mainstay.config.Secret;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Through which server an `email` goes, from whom and to whom. Immutable and thread-safe.
public record EmailSettings(
        @Doc("The SMTP server.") String host,

        @Nullable @Doc("Its port; 587, or 465 with tls: always.")
        Integer port,

        @Default("starttls") @Doc("starttls, always (from the first byte) or none (only where nobody listens).")
        Tls tls,

        @Nullable @Doc("The user to log in as; nobody logs in without.")
        String user,

        @Nullable @Doc("Their password; env:NAME or file:PATH.")
        Secret password,

        @Doc("The sender's address.") String from,
        @Required @Doc("Who is told.") List<String> to,

        @Default("20s") @Doc("When to give up; at most 25s.")
        Duration timeout) {
    private static final Duration LONGEST = Duration.ofSeconds(25);
    private static final int LAST_PORT = 65_535;
    private static final int SUBMISSION = 587;
    private static final int SUBMISSIONS = 465;
    private static final Pattern ADDRESS = Pattern.compile("[^@\\s<>\\p{Cntrl}]+@[^@\\s<>\\p{Cntrl}]+");

    /// How the connection is kept from others.
    public enum Tls {
        STARTTLS,
        ALWAYS,
        NONE
    }

    public EmailSettings {
        to = List.copyOf(to);
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must not be empty");
        }
        if (port != null && (port < 1 || port > LAST_PORT)) {
            throw new IllegalArgumentException("port must be from 1 to 65535, was " + port);
        }
        if ((user == null) != (password == null)) {
            throw new IllegalArgumentException("password and user belong together; give both or none");
        }
        if (user != null && tls == Tls.NONE) {
            throw new IllegalArgumentException("tls must not be none with a password, which everybody could read");
        }
        if (to.isEmpty()) {
            throw new IllegalArgumentException("to must name at least one address");
        }
        requireAddress("from", from);
        to.forEach(address -> requireAddress("to", address));
        if (!timeout.isPositive() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timeout must be positive and at most " + Durations.format(LONGEST)
                    + ", was " + Durations.format(timeout));
        }
    }

    private static void requireAddress(String key, String text) {
        if (!ADDRESS.matcher(text).matches()) {
            throw new IllegalArgumentException(key + " must be an address such as ops@example.org, was '" + text + "'");
        }
    }

    int usedPort() {
        return port != null ? port : tls == Tls.ALWAYS ? SUBMISSIONS : SUBMISSION;
    }
}

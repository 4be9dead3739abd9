package dev.mainstay.agents.check;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Secret;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a `sql-check` asks and expects. Immutable and thread-safe.
public record SqlCheckSettings(
        @Doc("The database, as postgresql://host:port/name or jdbc:postgresql://…, without user or password.")
        String url,

        @Nullable @Doc("The user to connect as.") String user,

        @Nullable @Doc("The password, as env:NAME or file:PATH.")
        Secret password,

        @Doc("One statement; it runs in a read-only transaction that is rolled back.")
        String query,

        @Nullable @Doc("What the first column of the first row must be, as text.")
        String valueEquals,

        @Nullable @Doc("The least that number may be.") BigDecimal valueMin,
        @Nullable @Doc("The most that number may be.") BigDecimal valueMax,
        @Nullable @Doc("The least number of rows.") Integer rowsMin,
        @Nullable @Doc("The greatest number of rows.") Integer rowsMax,

        @Default("10s") @Doc("When to give up connecting, and then the statement.")
        Duration timeout) {
    private static final String SCHEME = "jdbc:postgresql:";
    private static final Pattern SHORT_SCHEME = Pattern.compile("^postgres(ql)?:(?=//)");
    private static final Pattern PASSWORD = Pattern.compile("[?&]password=|//[^/?@]*:[^/?@]*@");
    private static final Pattern USER = Pattern.compile("//[^/?@]*@");

    public SqlCheckSettings {
        url = SHORT_SCHEME.matcher(url).replaceFirst(SCHEME);
        if (!url.startsWith(SCHEME)) {
            throw new IllegalArgumentException("url must begin with postgresql:// or " + SCHEME + "//");
        }
        if (PASSWORD.matcher(url).find()) {
            throw new IllegalArgumentException("url must not hold a password; give it by password: env:NAME");
        }
        if (USER.matcher(url).find()) {
            throw new IllegalArgumentException("url must not name a user; give it by user: NAME");
        }
        if (query.isBlank()) {
            throw new IllegalArgumentException("query must not be empty");
        }
        if (!OneStatement.is(query)) {
            throw new IllegalArgumentException("query must be one statement, without another after a semicolon");
        }
        if (valueMin != null && valueMax != null && valueMin.compareTo(valueMax) > 0) {
            throw new IllegalArgumentException("valueMin must not be above valueMax, was " + valueMin);
        }
        if (rowsMin != null && rowsMin < 0) {
            throw new IllegalArgumentException("rowsMin must not be negative, was " + rowsMin);
        }
        if (rowsMax != null && rowsMax < (rowsMin == null ? 0 : rowsMin)) {
            throw new IllegalArgumentException("rowsMax must not be below rowsMin or 0, was " + rowsMax);
        }
        Settings.requirePositive("timeout", timeout);
    }

    /// The database as messages name it, without options.
    String where() {
        int options = url.indexOf('?');
        return url.substring("jdbc:".length(), options < 0 ? url.length() : options);
    }
}

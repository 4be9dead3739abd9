package dev.mainstay.agents.check;

import java.sql.SQLException;
import java.util.regex.Pattern;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/// Whether a text is one SQL statement, as the driver that is to send it would split it. Stateless and thread-safe.
final class OneStatement {
    private static final Pattern LINE_COMMENT = Pattern.compile("--.*");

    private OneStatement() {}

    /// Where a backslash escapes a quote depends on the server (`standard_conforming_strings`), so it must be one
    /// statement either way.
    static boolean is(String text) {
        return count(text, true) == 1 && count(text, false) == 1;
    }

    private static long count(String text, boolean standardStrings) {
        try {
            return Parser.parseJdbcSql(text, standardStrings, true, true, false, false).stream()
                    .filter(OneStatement::saysSomething)
                    .count();
        } catch (SQLException e) {
            throw new IllegalArgumentException("query cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean saysSomething(NativeQuery statement) {
        return !LINE_COMMENT.matcher(statement.nativeSql).replaceAll("").isBlank();
    }
}

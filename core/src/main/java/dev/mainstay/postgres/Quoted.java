package dev.mainstay.postgres;

/// Names and texts inside SQL that takes no parameters (DDL). Stateless and thread-safe.
final class Quoted {
    private Quoted() {}

    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// A literal; correct with standard_conforming_strings, which is on unless someone turned it off, so no backslash
    /// may pass.
    static String text(String text) {
        if (text.indexOf('\\') >= 0) {
            throw new IllegalArgumentException("a backslash cannot stand in a SQL literal here");
        }
        return '\'' + text.replace("'", "''") + '\'';
    }
}

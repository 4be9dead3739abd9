package dev.mainstay.config;

/// Where a setting was written, in the words an error message uses: `mainstay.yml:12`, `flag --port`.
///
/// Immutable and thread-safe.
public record Origin(String text) {
    public static final Origin DEFAULT = new Origin("default");
    public static final Origin DATABASE = new Origin("database");
    public static final Origin REQUEST = new Origin("request");

    /// A line of a file; the first line is 1.
    public static Origin file(String name, int line) {
        return new Origin(name + ":" + line);
    }

    public static Origin environment(String variable) {
        return new Origin("environment " + variable);
    }

    /// A command-line flag as it is typed, such as `--port`.
    public static Origin flag(String flag) {
        return new Origin("flag " + flag);
    }

    @Override
    public String toString() {
        return text;
    }
}

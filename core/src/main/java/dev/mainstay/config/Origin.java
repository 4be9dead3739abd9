package dev.mainstay.config;

/**
 * Where a setting was written, in the words an error message uses: {@code mainstay.yml:12}, {@code flag --port}.
 *
 * <p>Immutable and thread-safe.
 */
public record Origin(String text) {
    public static final Origin DEFAULT = new Origin("default");
    public static final Origin DATABASE = new Origin("database");
    public static final Origin REQUEST = new Origin("request");

    /** A line of a file; the first line is 1. */
    public static Origin file(String name, int line) {
        return new Origin(name + ":" + line);
    }

    public static Origin environment(String variable) {
        return new Origin("environment " + variable);
    }

    /** A command-line flag as it is typed, such as {@code --port}. */
    public static Origin flag(String flag) {
        return new Origin("flag " + flag);
    }

    @Override
    public String toString() {
        return text;
    }
}

package dev.mainstay.config;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A reference to a password or token that lives outside the settings: `env:NAME` or `file:PATH`.
///
/// Only the reference is stored and shown. The value is read anew by each [#reveal()], so a rotated file is
/// picked up, and neither `toString` nor any message has it. Immutable and thread-safe.
public final class Secret {
    private static final String ENVIRONMENT = "env:";
    private static final String FILE = "file:";

    private final String reference;
    private final Map<String, String> environment;

    private Secret(String reference, Map<String, String> environment) {
        this.reference = reference;
        this.environment = environment;
    }

    /// The secret a reference names, looked up in the given environment.
    ///
    /// @throws IllegalArgumentException when the text is no reference; the text, which may be the secret, is not
    ///     told
    public static Secret of(String reference, Map<String, String> environment) {
        if (!isReference(reference)) {
            throw new IllegalArgumentException(
                    "expected env:NAME or file:PATH, found plain text; a secret never stands in the settings themselves");
        }
        return new Secret(reference, environment);
    }

    static boolean isReference(String text) {
        return (text.startsWith(ENVIRONMENT) && text.length() > ENVIRONMENT.length())
                || (text.startsWith(FILE) && text.length() > FILE.length());
    }

    static String ofEnvironment(String variable) {
        return ENVIRONMENT + variable;
    }

    /// The stored form, `env:NAME` or `file:PATH`.
    public String reference() {
        return reference;
    }

    /// The value; of a file its text without the trailing line end.
    ///
    /// @throws MainstayException when the variable is not set or the file cannot be read
    public String reveal() {
        if (reference.startsWith(ENVIRONMENT)) {
            return fromEnvironment(reference.substring(ENVIRONMENT.length()));
        }
        return fromFile(reference.substring(FILE.length()));
    }

    private String fromEnvironment(String name) {
        @Nullable String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw missing("environment variable " + name + " is " + (value == null ? "not set" : "empty"), null);
        }
        return value;
    }

    private static String fromFile(String file) {
        String text;
        try {
            text = Files.readString(Path.of(file));
        } catch (CharacterCodingException e) {
            throw missing("secret file " + file + " is not UTF-8 text", null); // the cause may quote what it read
        } catch (IOException | InvalidPathException e) {
            throw missing(
                    "secret file " + file + " cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
        var value = text.endsWith("\r\n")
                ? text.substring(0, text.length() - 2)
                : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        if (value.isEmpty()) {
            throw missing("secret file " + file + " is empty", null);
        }
        return value;
    }

    private static MainstayException missing(String message, @Nullable Throwable cause) {
        return new MainstayException(ErrorCode.CONFIG_INVALID, message, cause);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret secret && secret.reference.equals(reference);
    }

    @Override
    public int hashCode() {
        return reference.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}

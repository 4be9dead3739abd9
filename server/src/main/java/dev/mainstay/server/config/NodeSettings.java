package dev.mainstay.server.config;

import dev.mainstay.config.Doc;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What this process is called. Immutable and thread-safe.
public record NodeSettings(
        @Doc(
                "The name of this node among the others on the database; made of host name and data folder when not given.")
        @Nullable
        String name) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    public NodeSettings {
        if (name != null && !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name must be 1 to 63 letters, digits, . _ - and begin with a letter or digit, was '" + name + "'");
        }
    }
}

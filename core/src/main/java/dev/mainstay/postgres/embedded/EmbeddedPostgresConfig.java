package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// How an embedded server is to run. Immutable and thread-safe.
///
/// @param folder where the server lives; made when missing, closed to others
/// @param settings settings of `postgresql.conf` that differ from [ServerSettings]' defaults
/// @param port the port on 127.0.0.1, or empty for any that is free
/// @param binariesCache where PostgreSQL's programs are unpacked to, 60 MB; several servers may share it
public record EmbeddedPostgresConfig(Path folder, Map<String, String> settings, OptionalInt port, Path binariesCache) {
    /// PostgreSQL's own starter hands paths to a shell within double quotes.
    private static final Pattern UNQUOTABLE = Pattern.compile("[\"$`\\\\\\n]");

    public EmbeddedPostgresConfig {
        folder = folder.toAbsolutePath().normalize();
        binariesCache = binariesCache.toAbsolutePath().normalize();
        settings = Map.copyOf(settings);
        requireQuotable(folder);
        requireQuotable(binariesCache);
        if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65_535)) {
            throw new MainstayException(
                    ErrorCode.CONFIG_INVALID,
                    "the port of the embedded PostgreSQL must be from 1 to 65535, was " + port.getAsInt());
        }
    }

    private static void requireQuotable(Path path) {
        if (UNQUOTABLE.matcher(path.toString()).find()) {
            throw new MainstayException(
                    ErrorCode.CONFIG_INVALID,
                    "the embedded PostgreSQL cannot live in %s: its path may not contain \" $ ` \\ or a line break"
                            .formatted(path));
        }
    }

    /// A server in `folder` with default settings, any free port, and its programs unpacked beside the data.
    public static EmbeddedPostgresConfig in(Path folder) {
        return new EmbeddedPostgresConfig(folder, Map.of(), OptionalInt.empty(), folder);
    }

    public EmbeddedPostgresConfig withSettings(Map<String, String> newSettings) {
        return new EmbeddedPostgresConfig(folder, newSettings, port, binariesCache);
    }

    public EmbeddedPostgresConfig withPort(int newPort) {
        return new EmbeddedPostgresConfig(folder, settings, OptionalInt.of(newPort), binariesCache);
    }

    public EmbeddedPostgresConfig withBinariesCache(Path newCache) {
        return new EmbeddedPostgresConfig(folder, settings, port, newCache);
    }
}

package dev.mainstay.server.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version in the pom, which the build writes into a resource: the same from a jar and from compiled classes.
///
/// Thread-safe: it has no state.
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {"mainstay " + read()};
    }

    /// The bare version, such as `0.1.0`.
    public static String read() throws IOException {
        var properties = new Properties();
        try (var resource = Version.class.getResourceAsStream("version.properties")) {
            properties.load(Objects.requireNonNull(resource, "version.properties is not beside the class"));
        }
        return properties.getProperty("version", "unknown");
    }
}

package dev.mainstay.bench.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;

/// A folder of one bench's own, deleted with all that is in it. Immutable and thread-safe.
public record TemporaryFolder(Path path) implements AutoCloseable {
    /// Others may pass but not look: where PostgreSQL cannot run as root it runs as another user.
    public static TemporaryFolder create() {
        try {
            return new TemporaryFolder(Files.createTempDirectory(
                    "mainstay-bench-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"))));
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder for the bench", e);
        }
    }

    @Override
    public void close() {
        if (!Files.exists(path)) {
            return;
        }
        try (var files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the bench's folder stays", e);
        }
    }
}

package dev.mainstay.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/// A temporary folder that others may pass through: where root may not run PostgreSQL, another user has
/// to reach it.
public final class PassableFolder implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
        var folder = Files.createTempDirectory("mainstay-embedded");
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"))
                .toRealPath();
    }
}

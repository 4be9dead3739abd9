package dev.mainstay.postgres.embedded;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder that is made under a passing name and becomes the wanted one by a rename, hence whole or not at all.
///
/// The name carries the id of the process that makes it, so that what a killed process left is told from what a
/// living one is making. Not thread-safe.
final class Staging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final String MARK = ".making-";

    private final Path folder;

    private Staging(Path folder) {
        this.folder = folder;
    }

    /// A new empty folder beside `target`, closed to others.
    static Staging beside(Path target) throws IOException {
        var parent = target.toAbsolutePath().resolveSibling("");
        Files.createDirectories(parent);
        removeLeftovers(parent, target.getFileName() + MARK);
        var prefix = target.getFileName() + MARK + ProcessHandle.current().pid() + "-";
        return new Staging(Files.createTempDirectory(parent, prefix));
    }

    private static void removeLeftovers(Path parent, String prefix) throws IOException {
        try (var leftovers = Files.newDirectoryStream(parent, prefix + "*")) {
            for (var leftover : leftovers) {
                var maker = leftover.getFileName()
                        .toString()
                        .substring(prefix.length())
                        .split("-", 2)[0];
                if (ProcessHandle.of(Long.parseLong(maker)).isEmpty()) {
                    LOG.atInfo().addKeyValue("folder", leftover).log("removing what a killed process left half-made");
                    remove(leftover);
                }
            }
        }
    }

    /// A program that the killed process had started may still write there; then the next start removes
    /// the rest.
    private static void remove(Path folder) {
        try {
            FileTree.delete(folder);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("folder", folder).log("half-made folder stays for now: {}", e.toString());
        }
    }

    Path folder() {
        return folder;
    }

    /// Renames the folder to `target`; false when another process was faster.
    boolean become(Path target) throws IOException {
        try {
            Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (Files.exists(target)) {
                return false;
            }
            throw e;
        }
        return true;
    }

    @Override
    public void close() {
        if (Files.exists(folder)) {
            remove(folder);
        }
    }
}

package dev.mainstay.postgres;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// A disk of a few megabytes in memory, where root may mount one. Used by one thread.
record SmallDisk(Path folder) implements AutoCloseable {
    private static final String BALLAST = "ballast";
    private static final int BLOCK = 1 << 16;

    /// Nothing where this is not root, or where mounting is forbidden.
    static Optional<SmallDisk> mount(Path folder, String size) throws IOException {
        Files.createDirectories(folder);
        if (!run("mount", "-t", "tmpfs", "-o", "size=" + size, "mainstay-test", folder.toString())) {
            return Optional.empty();
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        return Optional.of(new SmallDisk(folder));
    }

    private static boolean run(String... words) {
        try {
            var process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Leaves no byte.
    void fill() {
        try (OutputStream ballast = Files.newOutputStream(folder.resolve(BALLAST))) {
            byte[] block = new byte[BLOCK];
            FileStore store = Files.getFileStore(folder);
            while (store.getUsableSpace() > 0) {
                ballast.write(block, 0, (int) Math.min(BLOCK, store.getUsableSpace()));
            }
        } catch (IOException e) {
            // Another program took the last of it.
        }
    }

    void makeRoom() {
        try {
            Files.deleteIfExists(folder.resolve(BALLAST));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        run("umount", "--lazy", folder.toString());
    }
}

package dev.mainstay.postgres.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// The file that the server's messages go to, kept below a size so that a fault that repeats cannot
/// fill the disk.
///
/// Immutable and thread-safe.
record ServerLog(Path file) {
    private static final long LIMIT = 10L << 20;
    private static final int TAIL_BYTES = 8 << 10;

    /// Makes the file, readable by the server's account alone.
    void prepare(ServerAccount account) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            trim();
        }
        account.own(file);
    }

    /// Keeps the newest full file as `.1` and empties this one in place: the server appends, so it goes on at
    /// the start.
    void trim() throws IOException {
        if (Files.size(file) > LIMIT) {
            Files.copy(
                    file,
                    file.resolveSibling(file.getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
            FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
                    .close();
        }
    }

    long size() throws IOException {
        return Files.size(file);
    }

    /// The end of what was written after the file had `size` bytes.
    String since(long size) throws IOException {
        try (var log = new RandomAccessFile(file.toFile(), "r")) {
            log.seek(Math.max(size, log.length() - TAIL_BYTES));
            var tail = new byte[TAIL_BYTES];
            int length = Math.max(0, log.read(tail));
            return new String(tail, 0, length, StandardCharsets.UTF_8);
        }
    }
}

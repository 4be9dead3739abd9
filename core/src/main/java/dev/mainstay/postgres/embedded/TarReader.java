package dev.mainstay.postgres.embedded;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// Unpacks a tar archive of plain files, folders and symbolic links, and refuses any other kind of entry.
///
/// PostgreSQL's archive holds nothing else, so a general archive library would be weight without use. The format
/// is the one of [GNU tar](https://www.gnu.org/software/tar/manual/html_node/Standard.html). Not thread-safe: it
/// consumes its stream.
final class TarReader {
    private static final int BLOCK = 512;

    private final InputStream archive;
    private final byte[] header = new byte[BLOCK];

    TarReader(InputStream archive) {
        this.archive = archive;
    }

    /// Unpacks all entries whose path ends in none of {@code unwanted} below {@code target}.
    void unpack(Path target, Set<String> unwanted) throws IOException {
        while (readHeader()) {
            var name = text(0, 100);
            var path = target.resolve(name).normalize();
            if (!path.startsWith(target)) {
                throw new IOException("archive entry " + name + " points outside the archive");
            }
            if (unwanted.stream().anyMatch(name::endsWith)) {
                archive.skipNBytes(padded(size()));
            } else {
                unpackEntry(path);
            }
        }
    }

    private boolean readHeader() throws IOException {
        if (archive.readNBytes(header, 0, BLOCK) < BLOCK) {
            throw new EOFException("archive ends in the middle");
        }
        return header[0] != 0; // a block of zeros ends the archive
    }

    private void unpackEntry(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        switch (header[156]) {
            case '5' -> Files.createDirectories(path);
            case '2' -> Files.createSymbolicLink(path, Path.of(text(157, 100)));
            case '0', 0 -> unpackFile(path);
            default -> throw new IOException("archive entry " + path + " is of unknown kind " + (char) header[156]);
        }
    }

    private void unpackFile(Path path) throws IOException {
        long size = size();
        try (var file = Files.newOutputStream(path)) {
            var buffer = new byte[1 << 16];
            for (long left = size; left > 0; ) {
                int read = archive.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (read < 0) {
                    throw new EOFException("archive ends within " + path);
                }
                file.write(buffer, 0, read);
                left -= read;
            }
        }
        archive.skipNBytes(padded(size) - size);
        Files.setPosixFilePermissions(path, permissions());
    }

    /// Readable by all whatever the archive says, since the programs may run as another user than the one
    /// unpacking.
    private Set<PosixFilePermission> permissions() {
        var permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ);
        if ((octal(100, 8) & 0100) != 0) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return permissions;
    }

    private long size() {
        return octal(124, 12);
    }

    private static long padded(long size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private long octal(int offset, int length) {
        return Long.parseLong(text(offset, length).strip(), 8);
    }

    private String text(int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }
}

package dev.mainstay.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// What `postmaster.pid` says of the server that wrote it, which may have died since and its process id have
/// passed to an unrelated process. The lines are those of
/// [pidfile.h](https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/utils/pidfile.h).
///
/// Immutable and thread-safe.
///
/// @param port 0 while the server has not written it yet
/// @param starting whether the server recovers or starts up, and will answer later
record PostmasterFile(long pid, int port, boolean starting) {
    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    static Path in(Path data) {
        return data.resolve("postmaster.pid");
    }

    /// Nothing when there is no file, or one cut short by a crash of the machine.
    static Optional<PostmasterFile> read(Path data) {
        try {
            var lines = Files.readAllLines(in(data));
            if (lines.isEmpty()) {
                return Optional.empty();
            }
            int port = lines.size() > PORT_LINE
                    ? Integer.parseInt(lines.get(PORT_LINE).strip())
                    : 0;
            boolean starting =
                    lines.size() <= STATUS_LINE || lines.get(STATUS_LINE).startsWith("starting");
            return Optional.of(
                    new PostmasterFile(Long.parseLong(lines.getFirst().strip()), port, starting));
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failure.ofFolder(data, e);
        }
    }
}

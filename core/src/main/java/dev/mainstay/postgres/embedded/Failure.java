package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What went wrong, in a message that says what to do and with the code that fits. Stateless and thread-safe.
final class Failure {
    private static final String NO_SPACE = "No space left on device";
    private static final int LINES = 20;

    private Failure() {}

    /// One of PostgreSQL's programs failed; the last lines it said hold the reason.
    static MainstayException ofProgram(String what, String said) {
        var lines = said.lines().toList();
        var end = String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
        var code = ErrorCode.EMBEDDED_POSTGRES;
        if (end.contains(NO_SPACE)) {
            code = ErrorCode.DISK_FULL;
        } else if (end.contains("Address already in use")) {
            code = ErrorCode.PORT_IN_USE;
        }
        return new MainstayException(code, what + "; it said:\n" + end);
    }

    /// A file in `folder` could not be read or written.
    static MainstayException ofFolder(Path folder, IOException failure) {
        var reason = reason(failure);
        var full = reason.contains(NO_SPACE);
        return new MainstayException(
                full ? ErrorCode.DISK_FULL : ErrorCode.DATA_FOLDER_UNUSABLE,
                "the folder %s cannot be used: %s%s; %s"
                        .formatted(
                                folder,
                                reason,
                                owner(failure),
                                full ? "make room and start again" : "choose another folder with --data"),
                failure);
    }

    /// A bare path is all that some of these exceptions say, which tells a person nothing.
    private static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case FileSystemException other
            when other.getReason() == null -> other.getClass().getSimpleName() + " " + other.getFile();
            default -> String.valueOf(failure.getMessage());
        };
    }

    /// Who it belongs to is what a person asks next; for a file that is yet to be made, its folder counts.
    private static String owner(IOException failure) {
        if (!(failure instanceof AccessDeniedException denied) || denied.getFile() == null) {
            return "";
        }
        var path = Path.of(denied.getFile()).toAbsolutePath();
        try {
            return ", which belongs to " + Files.getOwner(Files.exists(path) ? path : path.resolveSibling(""));
        } catch (IOException e) {
            return "";
        }
    }
}

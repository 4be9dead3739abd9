package dev.mainstay.agents.check;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.SortedMap;
import java.util.TreeMap;

/// One look at the files of a folder, by their path below it with `/` between names. Links are not followed.
/// Thread-safe.
final class FolderScan {
    private final Path folder;
    private final PathMatcher matcher;
    private final boolean isDeep;
    private final int most;

    /// More files than allowed.
    static final class TooMany extends IOException {
        TooMany(Path folder, int most) {
            super("more than " + most + " files match in " + folder + "; narrow glob or raise maxFiles");
        }
    }

    FolderScan(Path folder, String glob, int most) {
        this.folder = folder;
        this.matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        this.isDeep = glob.contains("**") || glob.contains("/");
        this.most = most;
    }

    SortedMap<String, FileStamp> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder + " is not a folder");
        }
        SortedMap<String, FileStamp> found = new TreeMap<>();
        Files.walkFileTree(folder, new Visitor(found));
        return found;
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final SortedMap<String, FileStamp> found;

        Visitor(SortedMap<String, FileStamp> found) {
            this.found = found;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
            return isDeep || visited.equals(folder) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Path below = folder.relativize(file);
            if (attributes.isRegularFile() && matcher.matches(below)) {
                if (found.size() >= most) {
                    throw new TooMany(folder, most);
                }
                found.put(
                        below.toString().replace(file.getFileSystem().getSeparator(), "/"),
                        new FileStamp(
                                attributes.size(), attributes.lastModifiedTime().toMillis()));
            }
            return FileVisitResult.CONTINUE;
        }

        /// A file may be gone between its listing and the look at it; the folder itself may not.
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (file.equals(folder)) {
                throw failure;
            }
            return FileVisitResult.CONTINUE;
        }
    }
}

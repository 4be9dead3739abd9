package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The folder in which one Mainstay process keeps all it has on disk, held against every other process
/// until closed.
///
/// The lock is the operating system's, so it ends with its process however that ends. `lock` itself is empty and
/// nobody reads it: a process that closes any handle on a file gives up all its locks on it. Who holds it stands
/// in `process`. Thread-safe.
public final class DataFolder implements AutoCloseable {
    /// The arrangement of files below the folder; raised when an older Mainstay could not work with a newer
    /// one's folder.
    static final int LAYOUT = 1;
    private static final String VERSION = "version";
    private static final String LOCK = "lock";
    /// Folders open in this process, since a file lock does not keep out its own process.
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /// Makes the folder when it is missing and takes it; refuses one in use or written by a newer Mainstay.
    public static DataFolder open(Path folder) {
        try {
            FileTree.createPrivate(folder);
            var path = folder.toRealPath();
            if (!OPEN.add(path)) {
                throw inUse(path);
            }
            try {
                return take(path);
            } catch (IOException | RuntimeException e) {
                OPEN.remove(path);
                throw e;
            }
        } catch (IOException e) {
            throw Failure.ofFolder(folder, e);
        }
    }

    /// Makes the folder when it is missing, closed to others, and leaves it free: for what is written there before the
    /// process that takes it has started.
    public static void make(Path folder) {
        try {
            FileTree.createPrivate(folder);
        } catch (IOException e) {
            throw Failure.ofFolder(folder, e);
        }
    }

    /// Refuses a folder that a living process uses, without touching it.
    public static void requireFree(Path folder) {
        if (holder(folder).isPresent()) {
            throw inUse(folder.toAbsolutePath().normalize());
        }
    }

    private static DataFolder take(Path path) throws IOException {
        var lock = FileChannel.open(
                path.resolve(LOCK),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            if (lock.tryLock() == null) {
                throw inUse(path);
            }
            requireLayout(path);
            Holder.current(null).write(path);
            return new DataFolder(path, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static MainstayException inUse(Path path) {
        var who = holder(path)
                .map(holder -> "another Mainstay (process %d%s)"
                        .formatted(
                                holder.pid(),
                                holder.address().map(address -> ", " + address).orElse("")))
                .orElse("another Mainstay");
        return new MainstayException(
                ErrorCode.DATA_FOLDER_IN_USE,
                "%s uses %s; stop it with `mainstay down` or choose another folder with --data".formatted(who, path));
    }

    private static void requireLayout(Path path) throws IOException {
        var file = path.resolve(VERSION);
        if (!Files.exists(file)) {
            FileTree.writePrivate(file, LAYOUT + "\n");
            return;
        }
        var text = Files.readString(file).strip();
        if (!text.matches("\\d{1,9}")) {
            throw new MainstayException(
                    ErrorCode.DATA_FOLDER_UNUSABLE,
                    "%s should hold the number of a layout and holds '%s'; choose another folder with --data"
                            .formatted(file, text));
        }
        if (Integer.parseInt(text) > LAYOUT) {
            throw new MainstayException(
                    ErrorCode.DATA_FOLDER_VERSION,
                    ("data folder %s was written by a newer Mainstay (layout %s, this one knows %d); start that one, or "
                                    + "choose another folder with --data")
                            .formatted(path, text, LAYOUT));
        }
    }

    /// Whether a Mainstay has ever used this folder.
    static boolean isOne(Path folder) {
        return Files.exists(folder.resolve(VERSION));
    }

    /// The process that uses the folder now, if any.
    public static Optional<Holder> holder(Path folder) {
        return Holder.read(folder);
    }

    /// Tells other processes, such as `mainstay status`, where this one answers.
    public void publish(URI address) {
        try {
            Holder.current(address).write(path);
        } catch (IOException e) {
            throw Failure.ofFolder(path, e);
        }
    }

    public Path path() {
        return path;
    }

    /// Where the embedded PostgreSQL lives.
    public Path postgres() {
        return path.resolve("postgres");
    }

    /// Deletes the folder with all that is in it, and gives it up.
    public void delete() {
        try {
            FileTree.delete(path);
        } catch (IOException e) {
            throw Failure.ofFolder(path, e);
        }
        close();
    }

    @Override
    public void close() {
        try {
            if (lock.isOpen()) {
                Holder.remove(path);
                lock.close();
                OPEN.remove(path);
            }
        } catch (IOException e) {
            throw Failure.ofFolder(path, e);
        }
    }

    /// A process that uses a data folder. Immutable and thread-safe.
    ///
    /// @param started when the process started in milliseconds since 1970, which tells it from a later one with
    /// its id
    /// @param address where it answers over HTTP, once it does
    public record Holder(long pid, long started, Optional<URI> address) {
        private static final String FILE = "process";
        private static final long CLOCK_CORRECTION = Duration.ofSeconds(5).toMillis();

        private static Holder current(@Nullable URI address) {
            var process = ProcessHandle.current();
            return new Holder(process.pid(), started(process), Optional.ofNullable(address));
        }

        /// Two processes may compute the same start a little differently after the machine's clock was
        /// corrected.
        private boolean is(ProcessHandle process) {
            return Math.abs(started(process) - started) <= CLOCK_CORRECTION;
        }

        private static long started(ProcessHandle process) {
            return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        }

        private void write(Path folder) throws IOException {
            FileTree.writePrivate(
                    folder.resolve(FILE),
                    "%d\n%d\n%s\n"
                            .formatted(pid, started, address.map(URI::toString).orElse("")));
        }

        private static Optional<Holder> read(Path folder) {
            try {
                var lines = Files.readAllLines(folder.resolve(FILE));
                var holder = new Holder(
                        Long.parseLong(lines.get(0)),
                        Long.parseLong(lines.get(1)),
                        Optional.of(lines.get(2))
                                .filter(text -> !text.isEmpty())
                                .map(URI::create));
                return ProcessHandle.of(holder.pid).filter(holder::is).map(process -> holder);
            } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
                return Optional.empty();
            }
        }

        private static void remove(Path folder) throws IOException {
            Files.deleteIfExists(folder.resolve(FILE));
        }
    }
}

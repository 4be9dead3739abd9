package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// PostgreSQL's programs, unpacked once into a cache folder that several processes may share.
///
/// A marker beside them says how many files and bytes there must be. It is compared at each start, because
/// folders below a temporary directory lose single old files to cleaners, and files whose folder survived a
/// power cut may be empty.
///
/// Immutable and thread-safe.
///
/// @param folder holds `bin`, `lib` and `share`
/// @param version such as `18.6`
record Binaries(Path folder, String version) {
    private static final Logger LOG = LoggerFactory.getLogger(Binaries.class);
    private static final String PREFIX = "bin-";
    private static final String MARKER = "unpacked";
    /// What only someone who compiles against PostgreSQL needs.
    private static final Set<String> UNWANTED = Set.of(".a", ".pc");
    /// One thread of this process unpacks while the others wait for what it makes.
    private static final ReentrantLock UNPACKING = new ReentrantLock();
    private static final Duration VERSION_BOUND = Duration.ofSeconds(20);
    private static final Pattern VERSION = Pattern.compile("postgres \\(PostgreSQL\\) (\\d+\\S*)");

    /// The programs for this machine, unpacked first when `cache` does not hold them whole.
    static Binaries unpackedIn(Path cache) {
        var archive = BinariesArchive.forThisMachine();
        var folder = cache.resolve(PREFIX + archive.fingerprint());
        UNPACKING.lock();
        try {
            var version = wholeVersion(folder);
            return new Binaries(folder, version.isEmpty() ? unpack(archive, folder) : version);
        } catch (IOException e) {
            throw Failure.ofFolder(folder, e);
        } finally {
            UNPACKING.unlock();
        }
    }

    /// The version of the programs in `folder`, or nothing when the folder is missing or not as it was unpacked.
    private static String wholeVersion(Path folder) throws IOException {
        var marker = folder.resolve(MARKER);
        if (!Files.exists(marker)) {
            return "";
        }
        var unpacked = new Properties();
        unpacked.load(new StringReader(Files.readString(marker)));
        return FileTree.extent(folder, MARKER).toString().equals(unpacked.getProperty("extent"))
                ? unpacked.getProperty("version", "")
                : "";
    }

    private static String unpack(BinariesArchive archive, Path folder) throws IOException {
        LOG.atInfo().addKeyValue("folder", folder).log("unpacking PostgreSQL");
        try (var staging = Staging.beside(folder)) {
            try (var tar = archive.open()) {
                new TarReader(tar).unpack(staging.folder(), UNWANTED);
            }
            var version = askVersion(staging.folder());
            var extent = FileTree.extent(staging.folder(), MARKER);
            Files.writeString(staging.folder().resolve(MARKER), "version=%s\nextent=%s\n".formatted(version, extent));
            makeReadable(staging.folder());
            if (!staging.become(folder)) {
                replaceDamaged(staging, folder);
            }
            return version;
        }
    }

    /// Another process that unpacked the same meanwhile is fine; otherwise what stands there is damaged.
    private static void replaceDamaged(Staging staging, Path folder) throws IOException {
        if (wholeVersion(folder).isEmpty()) {
            FileTree.delete(folder);
            staging.become(folder);
        }
    }

    /// The programs may run as another user than the one that unpacks them.
    private static void makeReadable(Path folder) throws IOException {
        for (var path : FileTree.deepestFirst(folder)) {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    /// Asking the program itself shows at once whether it runs on this machine at all.
    private static String askVersion(Path folder) {
        var asked = Command.run(folder, VERSION_BOUND, List.of(program(folder, "postgres"), "--version"));
        var version = VERSION.matcher(asked.output());
        if (!version.find()) {
            throw new MainstayException(
                    ErrorCode.EMBEDDED_POSTGRES,
                    "PostgreSQL's programs do not run on this machine: %s; use a PostgreSQL of your own by its URL"
                            .formatted(asked.output()));
        }
        return version.group(1);
    }

    private static String program(Path folder, String name) {
        return folder.resolve("bin").resolve(name).toString();
    }

    String program(String name) {
        return program(folder, name);
    }

    /// The part of the version that must equal that of the data.
    String major() {
        return version.split("\\D", 2)[0];
    }

    /// Removes other versions from the same cache; only for a cache that nobody else uses.
    void removeOthers() {
        try (var entries = Files.newDirectoryStream(folder.resolveSibling(""), PREFIX + "*")) {
            for (var entry : entries) {
                if (!entry.equals(folder)) {
                    FileTree.delete(entry);
                }
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("folder", folder.getParent())
                    .log("old PostgreSQL programs stay: {}", e.toString());
        }
    }
}

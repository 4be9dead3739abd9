package dev.mainstay.bench.gate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The files of the repository, as git tracks them or, in an unpacked archive, as they lie there.
///
/// Thread-safe: it has no state.
final class Sources {

    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".mainstay", ".idea", ".vscode");

    private Sources() {}

    /// The repository's root: tests run in the folder of their module, one below it.
    static Path root() {
        return Path.of("..").toAbsolutePath().normalize();
    }

    static List<Path> all() {
        return Files.exists(root().resolve(".git")) ? tracked() : walked();
    }

    static List<Path> java() {
        return all().stream().filter(file -> file.toString().endsWith(".java")).toList();
    }

    static boolean isMain(Path file) {
        return root().relativize(file).toString().replace('\\', '/').contains("/src/main/");
    }

    private static List<Path> tracked() {
        try {
            var git = new ProcessBuilder("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
                    .directory(root().toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return git.waitFor() == 0 ? existing(names.split("\0")) : walked();
        } catch (IOException gitIsNotInstalled) {
            return walked();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while git listed the files", interrupted);
        }
    }

    private static List<Path> existing(String[] names) {
        return Stream.of(names)
                .map(root()::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }

    private static List<Path> walked() {
        try (var files = Files.walk(root())) {
            return files.filter(Files::isRegularFile).filter(Sources::isOurs).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOurs(Path file) {
        for (var part : root().relativize(file)) {
            if (NOT_OURS.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }
}

package dev.mainstay.bench.report;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Which source the running program was built from. Thread-safe: it has no state.
final class Commit {
    private Commit() {}

    /// As `git describe` names it, with `-dirty` after changes, or `unknown` outside a repository.
    static String describe() {
        try {
            var program = Path.of(Commit.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            var git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
                    .directory(program.resolveSibling(".").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 && !said.isEmpty() ? said : "unknown";
        } catch (IOException | URISyntaxException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}

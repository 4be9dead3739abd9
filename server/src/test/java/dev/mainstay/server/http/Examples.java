package dev.mainstay.server.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs examples and guides as a reader would.
final class Examples {
    static final Path DOCS = docs();

    private static final Logger LOG = LoggerFactory.getLogger(Examples.class);
    private static final Pattern SHELL = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);

    private Examples() {}

    private static Path docs() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("docs/guide")) ? here.resolve("docs") : here.resolve("../docs");
    }

    /// Skips the test, loudly, where the program is not installed.
    static void requires(String program) {
        boolean there;
        try {
            there = new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException e) {
            there = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            there = false;
        }
        if (!there) {
            LOG.error("SKIPPED: {} is not installed, so the example in its language was NOT tried", program);
        }
        assumeTrue(there, program + " is not installed");
    }

    /// Starts a command that finds the server and a key in its environment.
    static Process run(ApiServer api, Path output, Role role, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        String key = api.key(Organizations.DEFAULT, role).reveal();
        builder.environment().put("MAINSTAY_URL", api.server.address().toString());
        builder.environment().put("MAINSTAY_KEY", key);
        builder.environment().put("MAINSTAY", api.server.address().toString());
        builder.environment().put("KEY", key);
        return builder.start();
    }

    /// All shell blocks of a guide as one script.
    static String script(String guide) throws IOException {
        return SHELL.matcher(Files.readString(DOCS.resolve("guide").resolve(guide)))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining("\n", "set -eu\n", "\n"));
    }
}

package dev.mainstay.bench.start;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The script `./mainstay` of the repository this program was built in. Immutable and thread-safe.
record Launcher(String path) {
    /// Looks in the folders above the running program.
    static Launcher find() {
        for (Path folder = program(); folder != null; folder = folder.getParent()) {
            Path script = folder.resolve("mainstay");
            if (Files.isExecutable(script) && Files.isRegularFile(script) && Files.exists(folder.resolve("pom.xml"))) {
                return new Launcher(script.toString());
            }
        }
        throw new IllegalStateException("no launcher above " + program() + "; run this bench from the repository");
    }

    private static Path program() {
        try {
            return Path.of(Launcher.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the running program lies nowhere", e);
        }
    }

    /// Brings the build up to date, so that no start has to.
    void build() throws IOException, InterruptedException {
        run("build");
    }

    /// Runs a command that ends by itself, without looking at what it prints.
    void run(String command) throws IOException, InterruptedException {
        int code = new ProcessBuilder(path, command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("mainstay " + command + " ended with " + code);
        }
    }
}

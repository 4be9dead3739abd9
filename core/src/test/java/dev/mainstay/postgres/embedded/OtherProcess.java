package dev.mainstay.postgres.embedded;

import dev.mainstay.testing.TestPostgres;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Another Mainstay on the same folder: a JVM that starts the server there and waits, until it is killed.
final class OtherProcess implements AutoCloseable {
    private static final String READY = "postmaster ";

    private final Process process;
    private final BufferedReader output;

    private OtherProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    static OtherProcess start(Path folder, Map<String, String> environment) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var builder = new ProcessBuilder(java, "-cp", classPath, OtherProcess.class.getName(), folder.toString())
                .redirectError(new File("/dev/null"));
        builder.environment().putAll(environment);
        return new OtherProcess(builder.start());
    }

    /// What the child runs.
    public static void main(String[] arguments) throws IOException {
        var folder = DataFolder.open(Path.of(arguments[0]));
        var server = EmbeddedPostgres.start(
                EmbeddedPostgresConfig.in(folder.postgres()).withBinariesCache(TestPostgres.binariesCache()));
        System.out.println(READY + server.postmasterPid());
        System.in.read();
    }

    /// Waits until the child's server runs, and returns the id of its first process.
    long postmaster() throws IOException {
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                return Long.parseLong(line.substring(READY.length()));
            }
        }
        throw new IllegalStateException("the other process ended before its server ran");
    }

    long pid() {
        return process.pid();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

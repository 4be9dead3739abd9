package dev.mainstay.postgres.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Another JVM that starts a server, says which, and waits until it is killed.
public final class OtherProcess implements AutoCloseable {
    private static final String READY = "postmaster ";

    private final Process process;
    private final BufferedReader output;

    private OtherProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /// A JVM that runs `program` on the class path of this one.
    public static OtherProcess start(Class<?> program, Map<String, String> environment, String... arguments)
            throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var words = new ArrayList<>(List.of(java, "-cp", classPath, program.getName()));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words).redirectError(new File("/dev/null"));
        builder.environment().putAll(environment);
        return new OtherProcess(builder.start());
    }

    /// Called by the program once its server runs.
    public static void ready(long postmaster) throws IOException {
        System.out.println(READY + postmaster);
        System.in.read();
    }

    /// Waits until the other server runs, and returns the id of its first process.
    public long postmaster() throws IOException {
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

    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Lets the other process end by itself, unless it was killed.
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        if (!Poll.until(Duration.ofSeconds(30), () -> !process.isAlive())) {
            process.destroyForcibly();
        }
    }
}

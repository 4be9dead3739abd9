package dev.mainstay.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The program as a process of its own, with the class path of the tests; what it says goes to a file.
final class Program implements AutoCloseable {
    private final Process process;
    private final Path console;

    private Program(Process process, Path console) {
        this.process = process;
        this.console = console;
    }

    static Program start(Path folder, String... words) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(words));
        var console = Files.createTempFile(folder, "console", ".txt");
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("MAINSTAY_"));
        builder.environment().putAll(Map.of("NO_COLOR", "1"));
        return new Program(builder.start(), console);
    }

    String said() {
        try {
            return Files.readString(console);
        } catch (IOException e) {
            throw new IllegalStateException(console.toString(), e);
        }
    }

    boolean isReady() {
        if (!process.isAlive()) {
            throw new AssertionError("it ended with " + process.exitValue() + ":\n" + said());
        }
        return said().contains(Up.READY);
    }

    /// Ends it as a crash would.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Asks it to stop.
    void terminate() {
        process.destroy();
    }

    int exit() throws InterruptedException {
        if (!process.waitFor(150, TimeUnit.SECONDS)) {
            throw new AssertionError("it still runs:\n" + said());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

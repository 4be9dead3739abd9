package dev.mainstay.server.cli;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// Starts the same command once more as a process of its own and waits until it is ready. Used once, by one thread.
final class Detached {
    static final String FLAG = "--detached";
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final CommandSpec command;

    Detached(CommandSpec command) {
        this.command = command;
    }

    int start() throws IOException {
        // Readable by this user alone, and not in the data folder: one that cannot start leaves none behind.
        var console = Files.createTempFile("mainstay-up-", ".log");
        var process = new ProcessBuilder(words())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(console.toFile())
                .redirectErrorStream(true)
                .start();
        return await(process, console);
    }

    private List<String> words() {
        var words = new ArrayList<String>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        Main.arguments(command).forEach(word -> words.add(word.equals("--detach") ? FLAG : word));
        return words;
    }

    private int await(Process process, Path console) throws IOException {
        var clock = MonotonicClock.system();
        var giveUp = clock.nanos() + BOUND.toNanos();
        while (process.isAlive() && clock.nanos() < giveUp) {
            if (Files.readString(console).contains(Up.READY)) {
                command.commandLine().getOut().print(Files.readString(console));
                command.commandLine().getOut().println("  process    " + process.pid());
                command.commandLine().getOut().flush();
                Files.deleteIfExists(console); // from here on it writes to its log in the data folder alone
                return ExitCode.OK;
            }
            Threads.pause(PAUSE);
        }
        var said = Files.readString(console).strip();
        Files.deleteIfExists(console);
        if (process.isAlive()) {
            process.destroy();
            throw new CommandFailure(
                    ExitCode.TIMEOUT, "not ready within " + BOUND.toMinutes() + " minutes; it said:\n" + said);
        }
        throw new CommandFailure(process.exitValue(), said.replaceFirst("^mainstay: ", ""));
    }
}

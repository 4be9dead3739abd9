package dev.mainstay.server.cli;

import dev.mainstay.postgres.embedded.DataFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `mainstay down`. Not thread-safe.
@Command(
        name = "down",
        description = "Stops the Mainstay that uses a data folder, and waits until it has stopped.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay down",
            "  mainstay down --node myhost-3f9a-2   a node that was started with --join"
        })
final class Down implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private DataLocation location;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "A node that joined, instead of the one that owns the data folder.")
    private @Nullable String node;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait; ${DEFAULT-VALUE} by default.")
    private int timeout;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        var data = location.folder();
        var folder = node == null ? data : data.resolve("nodes").resolve(node);
        var holder = DataFolder.holder(folder);
        var left = LeftBehind.in(data);
        if (node == null && left.postgres().isPresent() && !left.joined().isEmpty()) {
            say("these nodes lose their database now, and wait for it until the next `mainstay up`: "
                    + left.howToStop());
        }
        if (holder.isPresent()) {
            stop(holder.get(), folder);
            return ExitCode.OK;
        }
        if (node != null || left.postgres().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "no Mainstay runs in " + shown(folder) + (node == null ? left.described() : ""));
        }
        left.stopPostgres();
        say("no Mainstay runs in " + shown(folder) + ", but its PostgreSQL (process "
                + left.postgres().get() + ") did; it has stopped");
        return ExitCode.OK;
    }

    private void stop(DataFolder.Holder holder, Path folder) throws InterruptedException, ExecutionException {
        var process = ProcessHandle.of(holder.pid());
        if (process.isPresent()) {
            process.get().destroy();
            await(process.get());
        }
        say("process " + holder.pid() + " in " + shown(folder) + " has stopped");
    }

    private void say(String words) {
        spec.commandLine().getErr().println("mainstay: " + words);
    }

    private void await(ProcessHandle process) throws InterruptedException, ExecutionException {
        try {
            process.onExit().get(timeout, TimeUnit.SECONDS);
        } catch (TimeoutException | CompletionException e) {
            throw new CommandFailure(
                    ExitCode.TIMEOUT,
                    "process " + process.pid() + " was asked to stop and still runs after " + timeout
                            + " s; wait longer with --timeout, or end it with `kill -9 " + process.pid()
                            + "`, which loses nothing that was acknowledged");
        }
    }

    private static Path shown(Path folder) {
        return folder.toAbsolutePath().normalize();
    }
}

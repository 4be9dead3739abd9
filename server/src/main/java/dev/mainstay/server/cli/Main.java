package dev.mainstay.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `mainstay` command; every other command hangs below it. Stdout is data, stderr is talk.
///
/// Not thread-safe: one instance parses one command line.
@Command(
        name = "mainstay",
        description = "Runs, watches and heals a fleet of background and AI agents on nothing but PostgreSQL.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}

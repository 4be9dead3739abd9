package dev.mainstay.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// A command that only holds others was given alone; its usage shows which there are. Immutable.
final class CommandMissing extends ParameterException {
    private static final long serialVersionUID = 1L;

    CommandMissing(CommandSpec group) {
        this(group.commandLine());
    }

    private CommandMissing(CommandLine group) {
        super(group, "Name a command.");
    }
}

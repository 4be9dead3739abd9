package dev.mainstay.server.cli;

import dev.mainstay.MainstayException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// The one place where what a command throws becomes words on stderr and an exit code. Stateless and thread-safe.
final class Failures implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return switch (failure) {
            case CommandFailure known ->
                tell(
                        command,
                        OptionNames.in(String.valueOf(known.getMessage()), command.getCommandSpec()),
                        known.exitCode());
            case MainstayException known ->
                tell(command, String.valueOf(known.getMessage()), ExitCode.of(known.code()));
            default -> {
                // Nobody foresaw it, so whoever mends it needs the stack.
                failure.printStackTrace(command.getErr());
                yield tell(command, "unexpected: " + failure, ExitCode.FAILURE);
            }
        };
    }

    private static int tell(CommandLine command, String message, int exitCode) {
        command.getErr().println("mainstay: " + Safe.lines(message));
        command.getErr().flush();
        return exitCode;
    }
}

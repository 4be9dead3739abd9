package dev.mainstay.server.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Answers a command line that makes no sense: what is wrong, what was probably meant, where help is. Stateless.
final class Misuse implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        var command = failure.getCommandLine();
        var err = command.getErr();
        err.println("mainstay: " + Safe.lines(String.valueOf(failure.getMessage())));
        if (failure instanceof CommandMissing) {
            command.usage(err);
            err.flush();
            return ExitCode.USAGE;
        }
        if (failure instanceof UnmatchedArgumentException unmatched) {
            suggestions(unmatched).forEach(words -> err.println("  did you mean: " + words));
        }
        err.println("  see: " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return ExitCode.USAGE;
    }

    private static List<String> suggestions(UnmatchedArgumentException unmatched) {
        CommandLine command = unmatched.getCommandLine();
        return unmatched.getSuggestions().stream()
                .limit(3)
                .map(word -> command.getCommandSpec().qualifiedName() + " " + word)
                .toList();
    }
}

package dev.mainstay.server.cli;

import dev.mainstay.config.Suggestions;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Answers a command line that makes no sense: what is wrong, what was probably meant, where help is. Stateless.
final class Misuse implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        var command = failure.getCommandLine();
        var err = command.getErr();
        err.println("mainstay: " + Safe.lines(words(failure, command)));
        if (failure instanceof CommandMissing) {
            command.usage(err);
            err.flush();
            return ExitCode.USAGE;
        }
        err.println("  see: " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return ExitCode.USAGE;
    }

    private static String words(ParameterException failure, CommandLine command) {
        var first = failure instanceof UnmatchedArgumentException unmatched
                ? unmatched.getUnmatched().getFirst()
                : "";
        var name = command.getCommandSpec().qualifiedName();
        if (first.startsWith("-")) {
            var options = command.getCommandSpec().optionsMap().keySet();
            return name + " has no option " + first + Suggestions.didYouMean(first, options);
        }
        var commands = command.getSubcommands().keySet();
        if (!first.isEmpty() && !commands.isEmpty()) {
            return "there is no command " + name + " " + first + Suggestions.didYouMeanOrKnown(first, commands);
        }
        return first.isEmpty() ? words(failure) : name + " does not take " + first;
    }

    /// What one of a few words should have been is said in the spelling that is typed.
    private static String words(ParameterException failure) {
        return failure.getArgSpec() instanceof OptionSpec option
                        && option.type().isEnum()
                        && failure.getValue() != null
                ? option.longestName() + " must be one of " + choices(option) + ", was " + failure.getValue()
                : String.valueOf(failure.getMessage());
    }

    private static String choices(OptionSpec option) {
        return Arrays.stream(option.type().getEnumConstants())
                .map(choice -> choice.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }
}

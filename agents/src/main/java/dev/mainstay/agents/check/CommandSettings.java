package dev.mainstay.agents.check;

import dev.mainstay.config.DataSize;
import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Required;
import dev.mainstay.config.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a `command` runs and expects. Immutable and thread-safe.
public record CommandSettings(
        @Required @Doc("The program and its arguments, each an item of the list; no shell reads them.")
        List<String> command,

        @Nullable @Doc("The working directory; that of Mainstay when not given.")
        Path directory,

        @Doc("Variables for the program.") Map<String, String> environment,

        @Doc("Variables whose value is a secret, each as env:NAME or file:PATH.")
        Map<String, Secret> secretEnvironment,

        @Default("false")
        @Doc("Whether the program sees all variables of Mainstay, or only PATH, HOME, LANG and the like.")
        boolean inheritEnvironment,

        @Default("30s") @Doc("When the program and all it started are ended.")
        Duration timeout,

        @Default("16KB") @Doc("How much of the end of its output is kept.")
        DataSize outputLimit,

        @Default("0") @Doc("The exit codes that mean success.")
        List<Integer> exitCodes,

        @Nullable @Doc("A regular expression that must be found in the kept output.")
        Pattern outputMatches) {
    private static final long MOST_OUTPUT = 16L * 1024 * 1024;

    public CommandSettings {
        if (command.isEmpty() || command.getFirst().isBlank()) {
            throw new IllegalArgumentException("command must name a program");
        }
        if (command.size() == 1 && command.getFirst().strip().contains(" ")) {
            throw new IllegalArgumentException("command must be a list of arguments, because no shell splits it: write "
                    + List.of(command.getFirst().strip().split(" +")));
        }
        if (exitCodes.isEmpty()) {
            throw new IllegalArgumentException("exitCodes must name at least one code");
        }
        Settings.refuseReferences("environment", "secretEnvironment", environment);
        Settings.requirePositive("timeout", timeout);
        if (outputLimit.bytes() < 1 || outputLimit.bytes() > MOST_OUTPUT) {
            throw new IllegalArgumentException("outputLimit must be from 1B to 16MB, was " + outputLimit);
        }
    }
}

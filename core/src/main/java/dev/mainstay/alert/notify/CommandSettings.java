package dev.mainstay.alert.notify;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Durations;
import dev.mainstay.config.Required;
import dev.mainstay.config.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What a `command` runs. Immutable and thread-safe.
public record CommandSettings(
        @Required @Doc("The program and its arguments, each an item of the list; no shell reads them.")
        List<String> command,

        @Doc("Variables whose value is a secret, each as env:NAME or file:PATH.")
        Map<String, Secret> secretEnvironment,

        @Default("10s") @Doc("When the program and all it started are ended; at most 25s.")
        Duration timeout) {
    private static final Duration LONGEST = Duration.ofSeconds(25);

    public CommandSettings {
        command = List.copyOf(command);
        if (command.isEmpty() || command.getFirst().isBlank()) {
            throw new IllegalArgumentException("command must name a program");
        }
        if (!timeout.isPositive() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timeout must be positive and at most " + Durations.format(LONGEST)
                    + ", was " + Durations.format(timeout));
        }
    }
}

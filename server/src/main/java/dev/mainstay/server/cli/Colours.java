package dev.mainstay.server.cli;

import java.io.Console;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/// Colours words of state, on a terminal only and not where `NO_COLOR` is set. Immutable and thread-safe.
record Colours(boolean enabled) {
    private static final String RED = "31";
    private static final String YELLOW = "33";
    private static final String GREEN = "32";
    private static final Set<String> BAD = Set.of(
            "failed", "quarantined", "critical", "emergency", "unhealthy", "silent", "failing", "unplaced", "FAILED");
    private static final Set<String> COPING = Set.of(
            "recovering", "maintenance", "paused", "active, paused", "warning", "draining", "shutdown", "WARNING");
    private static final Set<String> GOOD = Set.of("active", "live", "ready", "ok", "OK");

    static Colours of(CommandSpec command) {
        var environment = Main.environment(command);
        var wanted = environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
        return new Colours(wanted && isTerminal());
    }

    static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    /// The text, coloured when the word in it is one of state.
    String word(String text) {
        var word = text.strip();
        if (!enabled || word.isEmpty()) {
            return text;
        }
        var code = BAD.contains(word) ? RED : COPING.contains(word) ? YELLOW : GOOD.contains(word) ? GREEN : "";
        return code.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}

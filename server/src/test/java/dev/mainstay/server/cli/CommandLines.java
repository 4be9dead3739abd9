package dev.mainstay.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;

/// Reads command lines as they stand in documents.
public final class CommandLines {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    /// What the launcher does itself.
    private static final List<String> OF_THE_LAUNCHER = List.of("build", "test", "bench");

    private CommandLines() {}

    /// The words after `mainstay` in a line that runs it, whatever variables stand before it; empty for other lines.
    public static Optional<List<String>> words(String line) {
        var words = new ArrayList<String>();
        var matcher = WORD.matcher(line.strip());
        while (matcher.find() && !matcher.group().equals("#")) { // what follows is a comment
            words.add(Optional.ofNullable(matcher.group(1))
                    .or(() -> Optional.ofNullable(matcher.group(2)))
                    .orElseGet(matcher::group));
        }
        words.removeIf(word -> word.matches("[A-Z_]+=.*"));
        return words.isEmpty() || !words.getFirst().matches("(\\./)?mainstay")
                ? Optional.empty()
                : Optional.of(words.subList(1, words.size()));
    }

    /// Why the command line cannot be, if it cannot.
    public static Optional<String> misuse(List<String> words) {
        if (!words.isEmpty() && OF_THE_LAUNCHER.contains(words.getFirst())) {
            return Optional.empty();
        }
        try {
            Main.commandLine(Map.of()).parseArgs(words.toArray(String[]::new));
            return Optional.empty();
        } catch (ParameterException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}

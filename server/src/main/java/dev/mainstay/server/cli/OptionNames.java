package dev.mainstay.server.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Says what the API refused in the words of the command that was typed: `$.task.missedAfter` is
/// `--missed-after` there. Stateless and thread-safe.
final class OptionNames {
    private static final Pattern PLACE =
            Pattern.compile("\\$((?:\\.[A-Za-z0-9]+(?:\\[\\d+])?)+)|parameter ([A-Za-z]+)\\b");
    /// Where the option is not called as the property is.
    private static final Map<String, List<String>> OTHERWISE = Map.ofEntries(
            Map.entry("timeToLive", List.of("--ttl")),
            Map.entry("runAt", List.of("--at")),
            Map.entry("uniqueKey", List.of("--unique")),
            Map.entry("orderingKey", List.of("--ordered")),
            Map.entry("routingKey", List.of("--key")),
            Map.entry("keys", List.of("--key")),
            Map.entry("channels", List.of("CHANNEL")),
            Map.entry("maxAttempts", List.of("--attempts")),
            Map.entry("firstRetry", List.of("--retry")),
            Map.entry("correlationId", List.of("--correlation")),
            Map.entry("tags", List.of("--tag")),
            Map.entry("limit", List.of("--count")),
            Map.entry("from", List.of("--since")),
            Map.entry("to", List.of("--until", "PLACE")),
            Map.entry("q", List.of("-q")),
            Map.entry("payload", List.of("JSON")),
            Map.entry("value", List.of("JSON")),
            Map.entry("body", List.of("JSON")));

    private OptionNames() {}

    static String in(String message, CommandSpec command) {
        return PLACE.matcher(message).replaceAll(place -> Matcher.quoteReplacement(named(place.group(), command)));
    }

    /// The place itself where the command has nothing of this name.
    private static String named(String place, CommandSpec command) {
        var name =
                place.replaceFirst("^parameter ", "").replaceAll("\\[\\d+]", "").replaceFirst("^.*\\.", "");
        List<String> otherwise = OTHERWISE.getOrDefault(name, List.of(name));
        return option(command, "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .or(() -> first(otherwise, each -> option(command, each)))
                .or(() -> first(otherwise, each -> parameter(command, each)))
                .orElse(place);
    }

    private static Optional<String> first(List<String> names, Function<String, Optional<String>> find) {
        return names.stream().map(find).flatMap(Optional::stream).findFirst();
    }

    private static Optional<String> option(CommandSpec command, String name) {
        return Optional.ofNullable(command.findOption(name)).map(found -> name);
    }

    private static Optional<String> parameter(CommandSpec command, String name) {
        return command.positionalParameters().stream()
                .map(PositionalParamSpec::paramLabel)
                .filter(label -> label.equalsIgnoreCase(name))
                .findFirst();
    }
}

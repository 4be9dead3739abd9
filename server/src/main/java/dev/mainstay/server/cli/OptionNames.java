package dev.mainstay.server.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    private static final Map<String, String> OTHERWISE = Map.ofEntries(
            Map.entry("timeToLive", "--ttl"),
            Map.entry("runAt", "--at"),
            Map.entry("uniqueKey", "--unique"),
            Map.entry("orderingKey", "--ordered"),
            Map.entry("routingKey", "--key"),
            Map.entry("correlationId", "--correlation"),
            Map.entry("tags", "--tag"),
            Map.entry("from", "--since"),
            Map.entry("to", "--until"),
            Map.entry("q", "-q"),
            Map.entry("payload", "JSON"),
            Map.entry("value", "JSON"),
            Map.entry("body", "JSON"));

    private OptionNames() {}

    static String in(String message, CommandSpec command) {
        return PLACE.matcher(message).replaceAll(place -> Matcher.quoteReplacement(named(place.group(), command)));
    }

    /// The place itself where the command has nothing of this name.
    private static String named(String place, CommandSpec command) {
        var name =
                place.replaceFirst("^parameter ", "").replaceAll("\\[\\d+]", "").replaceFirst("^.*\\.", "");
        return option(command, "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .or(() -> option(command, OTHERWISE.getOrDefault(name, "")))
                .or(() -> parameter(command, OTHERWISE.getOrDefault(name, name)))
                .orElse(place);
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

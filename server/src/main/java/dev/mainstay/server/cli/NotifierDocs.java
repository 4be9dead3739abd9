package dev.mainstay.server.cli;

import dev.mainstay.alert.NotifierKind;
import dev.mainstay.config.ConfigReference;
import dev.mainstay.config.Suggestions;
import dev.mainstay.server.Launch;
import dev.mainstay.server.plugin.Plugins;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `mainstay alert notifiers`: the types on this machine, those of plug-ins included; needs no server. Not thread-safe.
@Command(
        name = "notifiers",
        description = "Lists the types of notifiers that can be declared, or explains one with its settings.",
        mixinStandardHelpOptions = true)
final class NotifierDocs implements Callable<Integer> {
    private static final List<Column> TYPE = List.of(Column.of("type"), Column.of("description"));

    @Mixin
    private DataLocation location;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "TYPE", arity = "0..1", description = "The type to explain.")
    private @Nullable String type;

    @Override
    public Integer call() {
        try (var plugins = Plugins.load(Launch.pluginFolders(location.folder()))) {
            var kinds = new TreeMap<>(plugins.notifierKinds());
            if (type == null) {
                output.list(kinds.values().stream().map(NotifierDocs::summary).toList(), TYPE);
                return ExitCode.OK;
            }
            NotifierKind<?> known = kinds.get(type);
            if (known == null) {
                throw new CommandFailure(
                        ExitCode.NOT_FOUND,
                        "there is no type " + type + Suggestions.didYouMeanOrKnown(type, kinds.keySet()));
            }
            output.say(known.description());
            output.list(
                    ConfigReference.of(known.settings()).stream()
                            .sorted(AgentDocs.REQUIRED_FIRST)
                            .map(AgentDocs::key)
                            .toList(),
                    AgentDocs.KEY);
            return ExitCode.OK;
        }
    }

    private static JsonNode summary(NotifierKind<?> kind) {
        return ApiClient.JSON.createObjectNode().put("type", kind.name()).put("description", kind.description());
    }
}

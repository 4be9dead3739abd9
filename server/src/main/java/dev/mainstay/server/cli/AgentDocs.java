package dev.mainstay.server.cli;

import dev.mainstay.agent.AgentKind;
import dev.mainstay.config.ConfigReference;
import dev.mainstay.config.Suggestions;
import dev.mainstay.server.Launch;
import dev.mainstay.server.config.AgentSettings;
import dev.mainstay.server.plugin.Plugins;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `mainstay agent docs`: the kinds on this machine, those of plug-ins included; needs no server. Not thread-safe.
@Command(
        name = "docs",
        description = "Lists the kinds of agents that can be declared, or explains one with its settings.",
        mixinStandardHelpOptions = true)
final class AgentDocs implements Callable<Integer> {
    private static final List<Column> KIND = List.of(Column.of("kind"), Column.of("description"));
    static final List<Column> KEY =
            List.of(Column.of("key"), Column.of("type"), Column.of("default"), Column.of("description"));
    private static final String REQUIRED = "(required)";
    static final Comparator<ConfigReference.Entry> REQUIRED_FIRST = Comparator.comparing(entry -> !entry.required());

    @Mixin
    private DataLocation location;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "KIND", arity = "0..1", description = "The kind to explain.")
    private @Nullable String kind;

    @Override
    public Integer call() {
        try (var plugins = Plugins.load(Launch.pluginFolders(location.folder()))) {
            var kinds = new TreeMap<>(plugins.kinds());
            if (kind == null) {
                output.list(kinds.values().stream().map(AgentDocs::summary).toList(), KIND);
                return ExitCode.OK;
            }
            var known = kinds.get(kind);
            if (known == null) {
                throw new CommandFailure(
                        ExitCode.NOT_FOUND,
                        "there is no kind " + kind + Suggestions.didYouMeanOrKnown(kind, kinds.keySet()));
            }
            explain(known);
            return ExitCode.OK;
        }
    }

    private static JsonNode summary(AgentKind<?> kind) {
        return ApiClient.JSON.createObjectNode().put("kind", kind.name()).put("description", kind.description());
    }

    private void explain(AgentKind<?> known) {
        output.say(known.description());
        var keys = new ArrayList<JsonNode>();
        keys.add(key("kind", "text", REQUIRED, "What the agent is: " + known.name() + "."));
        ConfigReference.of(known.settings()).stream().sorted(REQUIRED_FIRST).forEach(entry -> keys.add(key(entry)));
        ConfigReference.of(AgentSettings.class).stream()
                .filter(entry -> !entry.key().equals("kind") && !entry.type().equals("section"))
                .forEach(entry -> keys.add(key(entry)));
        output.list(keys, KEY);
    }

    static JsonNode key(ConfigReference.Entry entry) {
        return key(entry.key(), entry.type(), entry.required() ? REQUIRED : entry.fallback(), entry.doc());
    }

    private static JsonNode key(String key, String type, @Nullable String fallback, String description) {
        return ApiClient.JSON
                .createObjectNode()
                .put("key", key)
                .put("type", type)
                .put("default", fallback)
                .put("description", description);
    }
}

package dev.mainstay.server.cli;

import dev.mainstay.config.ConfigReference;
import dev.mainstay.config.Origin;
import dev.mainstay.postgres.DatabaseUrl;
import dev.mainstay.server.Launch;
import dev.mainstay.server.config.MainstayConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `mainstay config …`; needs no server. Not thread-safe.
@Command(
        name = "config",
        description = "Shows and checks the settings that apply, and explains all there are.",
        mixinStandardHelpOptions = true)
final class ConfigCommand implements Runnable {
    private static final Column KEY = Column.of("key");
    private static final Column VALUE = Column.of("value");
    private static final List<Column> DOC =
            List.of(KEY, Column.of("type"), Column.of("default"), Column.of("environment"), Column.of("description"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(
            name = "show",
            description = "Shows each setting that applies; secrets as references, never as values.",
            mixinStandardHelpOptions = true)
    int show(
            @Mixin DataLocation location,
            @Mixin Output output,
            @Option(names = "--origin", description = "Also where each value comes from.") boolean origin) {
        var rows = new ArrayList<JsonNode>();
        location.sources()
                .read()
                .shown()
                .flatten()
                .forEach((key, value) -> rows.add(row(key, shown(key, value.text()), value.origin())));
        output.list(rows, origin ? List.of(KEY, VALUE, Column.of("origin")) : List.of(KEY, VALUE));
        return ExitCode.OK;
    }

    /// A URL may carry a password.
    private static String shown(String key, String value) {
        return key.equals("database.url") || key.equals("database.replica")
                ? DatabaseUrl.parse(value).jdbc()
                : value;
    }

    private static JsonNode row(String key, String value, Origin origin) {
        return ApiClient.JSON
                .createObjectNode()
                .put("key", key)
                .put("value", value)
                .put("origin", origin.text());
    }

    @Command(
            name = "check",
            description = {
                "Checks the settings as `mainstay up` does before it starts, and lists everything that is wrong;",
                "exit code 2 when anything is. Nothing is started."
            },
            mixinStandardHelpOptions = true)
    int check(@Mixin DataLocation location, @Mixin Output output) {
        var sources = location.sources();
        var launch = Launch.check(sources, false, false);
        launch.plugins().close();
        var file = sources.found().map(Path::toString).orElse("no file, all by default");
        output.say("mainstay: the settings are right (" + file + "), with "
                + launch.agents().size() + " declared agents");
        return ExitCode.OK;
    }

    @Command(
            name = "docs",
            description = "Lists every key with its default and meaning.",
            mixinStandardHelpOptions = true)
    int docs(@Mixin Output output) {
        output.list(
                ConfigReference.of(MainstayConfig.class).stream()
                        .filter(entry -> !entry.type().equals("section"))
                        .map(entry -> doc(entry, entry.variable()))
                        .toList(),
                DOC);
        return ExitCode.OK;
    }

    private static JsonNode doc(ConfigReference.Entry entry, @Nullable String variable) {
        return ApiClient.JSON
                .createObjectNode()
                .put("key", entry.key())
                .put("type", entry.type())
                .put("default", entry.required() ? "(required)" : entry.fallback())
                .put("environment", variable)
                .put("description", entry.doc());
    }
}

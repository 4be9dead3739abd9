package dev.mainstay.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.config.ConfigReference;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.YamlSettings;
import dev.mainstay.server.cli.CommandLines;
import dev.mainstay.server.config.AgentSettings;
import dev.mainstay.server.config.MainstayConfig;
import dev.mainstay.server.config.NodePlaceholders;
import dev.mainstay.server.config.NotifierSettings;
import dev.mainstay.server.plugin.Plugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every snippet of the README and the guides: Java compiles, YAML is bound and checked against the kinds, each
/// `mainstay …` is a command line that exists.
class DocumentsTest {
    /// Kinds that a guide builds itself, so that no class path knows them.
    private static final List<String> BUILT_IN_A_GUIDE = List.of("free-space");

    @TempDir
    private Path folder;

    static Stream<Snippet> snippets(String language) throws IOException {
        var root = Snippet.repository();
        try (var guides = Files.walk(root.resolve("docs/guide"))) {
            var documents = Stream.concat(Stream.of(root.resolve("README.md")), guides.filter(Files::isRegularFile))
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
            var found = new ArrayList<Snippet>();
            for (var document : documents) {
                found.addAll(Snippet.in(root, document));
            }
            return found.stream().filter(snippet -> snippet.language().equals(language));
        }
    }

    static Stream<Snippet> java() throws IOException {
        return snippets("java");
    }

    static Stream<Snippet> yaml() throws IOException {
        var own = Files.readString(Snippet.repository().resolve("mainstay.yml"));
        return Stream.concat(snippets("yaml"), Stream.of(new Snippet("mainstay.yml", "yaml", own)));
    }

    static Stream<Snippet> shell() throws IOException {
        return snippets("sh");
    }

    @ParameterizedTest
    @MethodSource("java")
    void java_compiles(Snippet snippet) throws IOException {
        assertThat(Compiled.problems(snippet.text(), folder)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("yaml")
    void yaml_is_accepted(Snippet snippet) {
        var binder = new RecordBinder(Map.of()).leavingSecretsUnread();
        var settings = YamlSettings.parse(snippet.toString(), snippet.text());
        var config = binder.bind(MainstayConfig.class, settings);
        config.alerts()
                .rules()
                .forEach((name, rule) -> assertThat(rule.rule(name)).isNotNull());
        try (var plugins = Plugins.load(List.of())) {
            config.notifiers().forEach((name, notifier) -> {
                var kind = Optional.ofNullable(plugins.notifierKinds().get(notifier.type()));
                assertThat(kind).as("type %s", notifier.type()).isPresent();
                binder.bind(
                        kind.orElseThrow().settings(),
                        notifier.settings(),
                        "notifiers." + name,
                        ConfigReference.keys(NotifierSettings.class));
            });
            config.agents().forEach((id, agent) -> {
                if (!BUILT_IN_A_GUIDE.contains(agent.kind())) {
                    var kind = Optional.ofNullable(plugins.kinds().get(agent.kind()));
                    assertThat(kind).as("kind %s", agent.kind()).isPresent();
                    binder.bind(
                            kind.orElseThrow().settings(),
                            NodePlaceholders.possible().fill(rest(settings, id), "agents." + id),
                            "agents." + id,
                            ConfigReference.keys(AgentSettings.class));
                }
            });
        }
    }

    private static Setting rest(Branch settings, String id) {
        var agents = (Branch) settings.at("agents").orElseThrow();
        return new RecordBinder(Map.of())
                .leavingSecretsUnread()
                .bind(
                        AgentSettings.class,
                        Optional.ofNullable(agents.entries().get(id)).orElseThrow())
                .settings();
    }

    @ParameterizedTest
    @MethodSource("shell")
    void each_mainstay_command_exists(Snippet snippet) {
        for (var line : snippet.text().lines().toList()) {
            CommandLines.words(line)
                    .ifPresent(words ->
                            assertThat(CommandLines.misuse(words)).as(line).isEmpty());
        }
    }
}

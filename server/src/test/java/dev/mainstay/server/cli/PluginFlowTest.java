package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentKind;
import dev.mainstay.alert.NotifierKind;
import dev.mainstay.postgres.embedded.DataFolder;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A kind of agent, and one of notifier, that nobody on the class path knows: compiled into a jar, put into `plugins`,
/// declared and run.
class PluginFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final String TALLY = """
            import dev.mainstay.agent.Agent;
            import dev.mainstay.agent.AgentKind;
            import dev.mainstay.agent.AgentSpec;
            import dev.mainstay.agent.WorkResult;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.nio.file.StandardOpenOption;

            public final class Tally implements AgentKind<Tally.Settings> {
                public record Settings(Path file) {}

                @Override
                public String name() {
                    return "tally";
                }

                @Override
                public String description() {
                    return "writes a line each tick";
                }

                @Override
                public Class<Settings> settings() {
                    return Settings.class;
                }

                @Override
                public Agent create(AgentSpec spec, Settings settings) {
                    return context -> {
                        Files.writeString(settings.file(), spec.id() + " under fence " + context.fence() + "\\n",
                                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                        return WorkResult.processed(1);
                    };
                }
            }
            """;

    private static final String PIGEON = """
            import dev.mainstay.alert.Notifier;
            import dev.mainstay.alert.NotifierKind;
            import java.nio.file.Files;
            import java.nio.file.Path;

            public final class Pigeon implements NotifierKind<Pigeon.Settings> {
                public record Settings(Path loft) {}

                @Override
                public String name() {
                    return "pigeon";
                }

                @Override
                public String description() {
                    return "flies home with the title";
                }

                @Override
                public Class<Settings> settings() {
                    return Settings.class;
                }

                @Override
                public Notifier create(Settings settings) {
                    return notification -> Files.writeString(settings.loft(), notification.title());
                }
            }
            """;

    @TempDir
    private Path folder;

    @AfterEach
    void leave_no_process_behind() {
        DataFolder.holder(folder.resolve(".mainstay"))
                .flatMap(holder -> ProcessHandle.of(holder.pid()))
                .ifPresent(ProcessHandle::destroyForcibly);
        EmbeddedPostgres.discard(folder.resolve(".mainstay/postgres"));
    }

    private Path classes(String name, String text) throws IOException {
        Path source = Files.writeString(folder.resolve(name + ".java"), text);
        Path classes = Files.createDirectory(folder.resolve("classes"));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        source.toString());
        assertThat(result).isZero();
        return classes;
    }

    private void installPlugin(Class<?> service, String name, String text) throws IOException {
        Path classes = classes(name, text);
        Path jar = Files.createDirectory(folder.resolve("plugins")).resolve("some.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.list(classes)) {
            for (Path file : files.toList()) {
                entry(out, file.getFileName().toString(), Files.readAllBytes(file));
            }
            entry(out, "META-INF/services/" + service.getName(), (name + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void entry(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        out.write(content);
        out.closeEntry();
    }

    private String written(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new IllegalStateException(file.toString(), e);
        }
    }

    @Test
    void an_agent_of_a_kind_from_a_jar_ticks() throws Exception {
        installPlugin(AgentKind.class, "Tally", TALLY);
        Path file = folder.resolve("tally.txt");
        Files.writeString(
                folder.resolve("mainstay.yml"), "agents:\n  mine: {kind: tally, every: 50ms, file: " + file + "}\n");
        var terminal =
                new Terminal(Map.of("MAINSTAY_DATA", folder.resolve(".mainstay").toString()));
        try (var program = Program.start(folder, "up", "--port", "0")) {
            Eventually.holds("it is ready", BOUND, program::isReady);
            Eventually.holds(
                    "it ticks twice",
                    BOUND,
                    () -> written(file).startsWith("mine under fence 1\nmine under fence 1\n"));
            assertThat(terminal.type("agent", "describe", "mine", "-o", "json")
                            .json()
                            .path("kind")
                            .asString())
                    .isEqualTo("tally");
            assertThat(terminal.type("down").exit()).isZero();
            assertThat(program.exit()).isZero();
        }
    }

    @Test
    void a_notifier_of_a_kind_from_a_jar_tells() throws Exception {
        installPlugin(NotifierKind.class, "Pigeon", PIGEON);
        Path loft = folder.resolve("loft.txt");
        Files.writeString(folder.resolve("mainstay.yml"), "notifiers:\n  home: {type: pigeon, loft: " + loft + "}\n");
        var terminal =
                new Terminal(Map.of("MAINSTAY_DATA", folder.resolve(".mainstay").toString()));
        try (var program = Program.start(folder, "up", "--port", "0")) {
            Eventually.holds("it is ready", BOUND, program::isReady);
            assertThat(terminal.type("alert", "test", "home").exit()).isZero();
            assertThat(written(loft)).isEqualTo("[info, test] Test notification");
            assertThat(terminal.type("down").exit()).isZero();
            assertThat(program.exit()).isZero();
        }
    }
}

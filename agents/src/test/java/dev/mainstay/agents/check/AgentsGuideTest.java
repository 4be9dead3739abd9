package dev.mainstay.agents.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentKind;
import dev.mainstay.config.ConfigReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The guide has every kind with all its settings as the code has them.
class AgentsGuideTest {
    private static final Path GUIDE = Path.of("../docs/guide/agents.md");

    @TestFactory
    List<DynamicTest> the_guide_has_each_kind_with_its_settings() throws IOException {
        String guide = Files.readString(GUIDE);
        List<DynamicTest> tests = new ArrayList<>();
        for (AgentKind<?> kind : ServiceLoader.load(AgentKind.class)) {
            tests.add(DynamicTest.dynamicTest(
                    kind.name(),
                    () -> assertThat(guide)
                            .contains("## `" + kind.name() + "`\n\n" + kind.description())
                            .contains(table(kind))));
        }
        return tests;
    }

    private static String table(AgentKind<?> kind) {
        return ConfigReference.of(kind.settings()).stream()
                .map(AgentsGuideTest::line)
                .collect(Collectors.joining("", "| key | type | default | meaning |\n|---|---|---|---|\n", ""));
    }

    private static String line(ConfigReference.Entry entry) {
        String fallback = entry.fallback();
        String without = entry.required() ? "required" : "";
        return "| `" + entry.key() + "` | " + entry.type() + " | " + (fallback == null ? without : "`" + fallback + "`")
                + " | " + entry.doc() + " |\n";
    }
}

package dev.mainstay.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentSpec;
import dev.mainstay.server.plugin.Plugins;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The `mainstay.yml` at the root can be started from.
class RepositoryExampleTest {
    @Test
    void the_repositorys_own_file_declares_agents_of_kinds_that_come_with_mainstay() {
        var sources = new ConfigSources(
                Optional.of(Path.of("../mainstay.yml")),
                ConfigSources.of(Map.of()).flags(),
                Map.of());
        try (var plugins = Plugins.load(List.of())) {
            var checked = sources.check(plugins.kinds(), plugins.notifierKinds(), Set.of());
            assertThat(checked.agents())
                    .extracting(AgentSpec::kind)
                    .contains("http-check", "tcp-check", "watch-folder", "command");
        }
    }
}

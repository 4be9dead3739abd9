package dev.mainstay.agents.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.testing.FakeAgentContext;
import dev.mainstay.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class DemoAgentsTest {
    private final FakeAgentContext context =
            new FakeAgentContext(AgentSpec.builder("demo").build(), ManualClock.atEpoch(), null);

    private List<String> fates(long seed) throws InterruptedException {
        LoadAgent agent = new LoadAgent(new Faults(Duration.ZERO, Duration.ofNanos(1), 0.2, 0.1), seed);
        List<String> fates = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            try {
                fates.add(agent.tick(context).isFailure() ? "failure" : "well");
            } catch (IllegalStateException crash) {
                fates.add("crash");
            }
        }
        return fates;
    }

    @Test
    void faults_come_as_often_as_seeded() throws InterruptedException {
        List<String> fates = fates(1);
        assertThat(fates.stream().filter("failure"::equals).count()).isBetween(150L, 250L);
        assertThat(fates.stream().filter("crash"::equals).count()).isBetween(60L, 140L);
    }

    @Test
    void the_same_seed_gives_the_same_faults() throws InterruptedException {
        assertThat(fates(7)).isEqualTo(fates(7)).isNotEqualTo(fates(8));
    }

    @Test
    void the_environment_agent_tells_what_is_missing() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("java.io.tmpdir", "/tmp");
        Agent well = new EnvironmentAgent(Map.of("PATH", "/bin"), properties);
        assertThat(well.tick(context).error()).isNull();
        WorkResult bare = new EnvironmentAgent(Map.of(), new Properties()).tick(context);
        assertThat(bare.error()).contains("the variable PATH", "temporary files");
    }
}

package dev.mainstay.agents.demo;

import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.AgentCategory;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.task.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// Adds the demonstration to a fleet. Stateless and thread-safe.
public final class DemoAgents {
    private static final Faults STEADY = new Faults(Duration.ofMillis(20), Duration.ofMillis(60), 0.00, 0.000);
    private static final Faults UNEVEN = new Faults(Duration.ofMillis(40), Duration.ofMillis(400), 0.05, 0.000);
    private static final Faults FRAGILE = new Faults(Duration.ofMillis(10), Duration.ofMillis(200), 0.10, 0.010);

    /// The ids of the agents of the demonstration.
    public static final Set<String> IDS = Set.of(
            "diagnostic_test_agent",
            "test_agent_1",
            "test_agent_2",
            "test_launcher_env_agent",
            "test_shop_agent",
            "test_clerk_agent");

    private static final double FAULTY_ORDERS = 0.02;
    private static final Duration PACKING = Duration.ofMillis(1_500);
    private static final RetryPolicy RETRY = new RetryPolicy(3, Duration.ofSeconds(2), Duration.ofSeconds(10), 0.2);

    private DemoAgents() {}

    public static FleetBuilder addTo(FleetBuilder builder) {
        builder.agent(spec("diagnostic_test_agent", 1, "steady heartbeats and work"), any -> new LoadAgent(STEADY, 1));
        builder.agent(spec("test_agent_1", 2, "uneven latency and some failures"), any -> new LoadAgent(UNEVEN, 2));
        builder.agent(spec("test_agent_2", 2, "failures and now and then a crash"), any -> new LoadAgent(FRAGILE, 3));
        builder.agent(
                spec("test_launcher_env_agent", 10, "looks whether it was started with what it needs"),
                any -> new EnvironmentAgent(System.getenv(), System.getProperties()));
        builder.agent(
                spec("test_shop_agent", 3, "publishes an order now and then"), any -> new ShopAgent(FAULTY_ORDERS, 4));
        builder.agent(
                spec("test_clerk_agent", 5, "makes a task with steps of each order"),
                any -> new ClerkAgent(PACKING, RETRY));
        return builder;
    }

    private static AgentSpec spec(String id, int seconds, String what) {
        return AgentSpec.builder(id)
                .category(AgentCategory.SUPPORT)
                .description("Demo, synthetic: " + what + ".")
                .capabilities(List.of("demo"))
                .every(Duration.ofSeconds(seconds))
                .build();
    }
}

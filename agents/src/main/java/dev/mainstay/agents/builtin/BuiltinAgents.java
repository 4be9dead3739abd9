package dev.mainstay.agents.builtin;

import dev.mainstay.FleetBuilder;
import dev.mainstay.advice.AdviceRound;
import dev.mainstay.agent.AgentCategory;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.AgentSpecBuilder;
import dev.mainstay.health.HealthEvaluator;
import dev.mainstay.health.HealthPolicy;
import dev.mainstay.postgres.Database;
import dev.mainstay.recovery.RecoveryEngine;
import dev.mainstay.recovery.RecoveryPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Adds to a fleet the agents that watch it. Stateless and thread-safe.
///
/// ```java
/// BuiltinAgents.addTo(builder, database);
/// BuiltinAgents.addSlots(builder);
/// try (var fleet = builder.start(); var host = HostMonitor.start(fleet, dataFolder)) { … }
/// ```
public final class BuiltinAgents {
    public static final String COORDINATOR = "agent_coordinator";
    public static final String HEALTH = "heartbeat_health_agent";
    public static final String PERFORMANCE = "performance_monitor";
    public static final String HEALING = "self_healing_agent";

    /// The ids of the agents that are on by default.
    public static final Set<String> IDS = Set.of(COORDINATOR, HEALTH, PERFORMANCE, HEALING);

    private static final Map<String, String> SLOTS = Map.of(
            "slot_business_intelligence", "Advanced business analytics and reporting",
            "slot_security_monitor", "Security monitoring and compliance audits",
            "slot_data_processor", "Bulk data processing and ETL pipelines",
            "slot_ml_analytics", "Machine-learning analytics and predictions",
            "slot_integration_hub", "External integration and API gateway",
            "slot_custom_agent", "Custom business logic and specialized tasks",
            "slot_placeholder_n", "Reserved for future expansion");

    /// Short, because a tick is told with the heartbeat after it, and a fresh start is looked at at once.
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private static final Duration COORDINATOR_PERIOD = Duration.ofSeconds(5);
    private static final Duration HEALTH_PERIOD = Duration.ofSeconds(2);
    private static final Duration HEALING_PERIOD = Duration.ofSeconds(1);
    private static final Duration PERFORMANCE_PERIOD = Duration.ofSeconds(15);

    private BuiltinAgents() {}

    /// The four agents that are on by default; `database` is that of the fleet.
    public static FleetBuilder addTo(FleetBuilder builder, Database database) {
        return addTo(builder, database, HealthPolicy.DEFAULT, RecoveryPlan.DEFAULT);
    }

    /// The same, judging and healing as is declared.
    ///
    /// @throws IllegalArgumentException when a playbook names an action there is none of
    public static FleetBuilder addTo(FleetBuilder builder, Database database, HealthPolicy policy, RecoveryPlan plan) {
        RecoveryEngine.Builder healing =
                new RecoveryEngine.Builder(database, new AgentCommands(database, () -> {})).plan(plan);
        healing.build();
        return builder.agent(coordinator(), spec -> new CoordinatorAgent(new PlacementView(database)))
                .agent(health(), spec -> new HealthAgent(new HealthEvaluator(database, policy)))
                .agent(
                        performance(),
                        spec -> new PerformanceAgent(
                                new PostgresView(database), new AgentRates(database), new AdviceRound(database)))
                .agent(healing(), spec -> new SelfHealingAgent(healing));
    }

    private static AgentSpec coordinator() {
        return spec(COORDINATOR, COORDINATOR_PERIOD)
                .description("Reports life cycle and placement of the fleet.")
                .capabilities(List.of("lifecycle-reporting", "placement-reporting"))
                .dataSources(List.of("agents", "agent_leases", "node_sessions"))
                .build();
    }

    private static AgentSpec health() {
        return spec(HEALTH, HEALTH_PERIOD)
                .description("Computes the health of each agent and of the system from stored rows.")
                .capabilities(List.of("health-monitoring"))
                .dataSources(List.of("agent_heartbeats", "system_events", "agent_metrics_1m"))
                .build();
    }

    private static AgentSpec performance() {
        return spec(PERFORMANCE, PERFORMANCE_PERIOD)
                .description(
                        "Measures PostgreSQL and the latency, error rate and throughput of each agent, and advises.")
                .capabilities(List.of("performance-monitoring"))
                .dataSources(List.of("pg_stat_database", "pg_stat_activity", "pg_stat_user_tables", "agent_heartbeats"))
                .build();
    }

    private static AgentSpec healing() {
        return spec(HEALING, HEALING_PERIOD)
                .description("Repairs what alerts tell of, and measures whether it helped.")
                .capabilities(List.of("self-healing"))
                .dataSources(List.of("alerts", "recoveries", "recovery_actions"))
                .build();
    }

    private static AgentSpecBuilder spec(String id, Duration period) {
        return AgentSpec.builder(id)
                .category(AgentCategory.SUPPORT)
                .every(period)
                .heartbeat(HEARTBEAT);
    }

    /// Registered places for agents that do not exist yet; one becomes active when an implementation is given its id.
    public static FleetBuilder addSlots(FleetBuilder builder) {
        return addSlots(builder, Set.of());
    }

    /// The slots that are still free when the agents of the ids `given` are there.
    public static FleetBuilder addSlots(FleetBuilder builder, Set<String> given) {
        SLOTS.forEach((id, purpose) -> {
            if (!given.contains(id)) {
                builder.slot(id, purpose);
            }
        });
        return builder;
    }
}

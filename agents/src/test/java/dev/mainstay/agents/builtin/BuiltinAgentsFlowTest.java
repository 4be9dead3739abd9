package dev.mainstay.agents.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.advice.AdviceRound;
import dev.mainstay.agent.AgentSource;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.agents.demo.DemoAgents;
import dev.mainstay.telemetry.Event;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.FakeAgentContext;
import dev.mainstay.testing.ManualClock;
import dev.mainstay.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agents that watch the fleet, on a real database.
class BuiltinAgentsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final TestDatabase test = TestDatabase.create();

    @AfterEach
    void drop() {
        test.close();
    }

    private List<String> stored(String query) {
        return test.database()
                .read(handle -> handle.createQuery(query).mapTo(String.class).list());
    }

    private void execute(String statement, Object... values) {
        test.database().write(handle -> handle.execute(statement, values));
    }

    private FakeAgentContext context(String id) {
        return new FakeAgentContext(
                AgentSpec.builder(id).every(Duration.ofMinutes(1)).build(),
                new ManualClock(test.database().now()),
                null);
    }

    @Test
    void a_fresh_fleet_measures_itself_and_has_a_health() {
        var builder = Fleet.builder().database(test.database()).node("node-a");
        BuiltinAgents.addSlots(DemoAgents.addTo(BuiltinAgents.addTo(builder, test.database())));
        try (Fleet fleet = builder.start();
                HostMonitor _ = HostMonitor.start(fleet, folder)) {
            Eventually.holds(
                    "the agents' and the system's health",
                    BOUND,
                    () -> stored("SELECT agent_id FROM agent_health")
                            .containsAll(List.of("", "agent_coordinator", "test_agent_1")));
            Eventually.holds(
                    "metrics of host, database, fleet and agents",
                    BOUND,
                    () -> stored("""
                            SELECT DISTINCT name
                            FROM metric_series
                            JOIN performance_metrics USING (organization_id, series_id)
                            """)
                            .containsAll(List.of(
                                    "host.memory",
                                    "postgres.connections",
                                    "postgres.transactions",
                                    "fleet.agents",
                                    "agent.latency",
                                    "health.score")));
            assertThat(stored("SELECT DISTINCT labels ->> 'node' FROM metric_series WHERE name = 'host.memory'"))
                    .containsExactly("node-a");
            assertThat(stored("SELECT agent_id FROM agent_health WHERE agent_id LIKE 'slot%'"))
                    .isEmpty();
        }
        assertThat(stored("SELECT id FROM agents WHERE source = 'slot'")).hasSize(7);
    }

    @Test
    void an_agent_nobody_can_run_is_told_once_and_again_when_it_can() throws Exception {
        FakeAgentContext context = context("agent_coordinator");
        CoordinatorAgent coordinator = new CoordinatorAgent(new PlacementView(test.database()));
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .slot("slot_one", "later")
                .start()) {
            AgentSpec spec = AgentSpec.builder("shop").kind("from-a-plugin").build();
            fleet.declare(spec, AgentSource.FILE);
            coordinator.tick(context);
            coordinator.tick(context);
            assertThat(context.events()).extracting(Event::type).containsExactly("agent.waiting");
            assertThat(context.events().getFirst().cause()).contains("shop", "from-a-plugin");
            assertThat(context.metric("fleet.waiting")).isEqualTo(1);
            assertThat(context.metric("fleet.slots")).isEqualTo(1);
            assertThat(context.metric("fleet.nodes")).isEqualTo(1);
            execute("UPDATE node_sessions SET kinds = array_append(kinds, 'from-a-plugin')");
            coordinator.tick(context);
            assertThat(context.metric("fleet.waiting")).isZero();
            assertThat(context.events()).extracting(Event::type).containsExactly("agent.waiting", "agent.placeable");
        }
    }

    @Test
    void rates_of_an_agent_are_those_of_its_heartbeats() {
        FakeAgentContext context = context("performance_monitor");
        PerformanceAgent agent = new PerformanceAgent(
                new PostgresView(test.database()), new AgentRates(test.database()), new AdviceRound(test.database()));
        execute("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                VALUES ('00000000-0000-0000-0000-000000000001', 'shop', clock_timestamp() - interval '10 s', 1, 1,
                        'working', 6, 3, 60, 300, 100, 0, 0),
                    ('00000000-0000-0000-0000-000000000001', 'shop', clock_timestamp() - interval '20 s', 1, 2,
                        'working', 4, 0, 60, 100, 40, 0, 0),
                    ('00000000-0000-0000-0000-000000000001', 'shop', clock_timestamp() - interval '5 min', 1, 0,
                        'working', 1, 1, 1, 9000, 9000, 0, 0)
                """);
        WorkResult result = agent.tick(context);
        assertThat(result.items()).isEqualTo(1);
        assertThat(stored("""
                SELECT name || ' ' || value
                FROM metric_series
                JOIN performance_metrics USING (organization_id, series_id)
                WHERE agent_id = 'shop'
                ORDER BY name
                """))
                .containsExactly(
                        "agent.errors 0.3",
                        "agent.latency 40",
                        "agent.latency.max 100",
                        "agent.throughput 2",
                        "agent.ticks 0.16666666666666666");
    }

    @Test
    void counters_of_postgresql_become_rates_with_the_second_reading() {
        FakeAgentContext context = context("performance_monitor");
        ManualClock clock = new ManualClock(test.database().now());
        FakeAgentContext moving = new FakeAgentContext(context.spec(), clock, null);
        PerformanceAgent agent = new PerformanceAgent(
                new PostgresView(test.database()), new AgentRates(test.database()), new AdviceRound(test.database()));
        agent.tick(moving);
        assertThat(moving.metrics()).noneMatch(metric -> metric.name().equals("postgres.transactions"));
        assertThat(moving.metric("postgres.connections")).isPositive();
        assertThat(moving.metric("postgres.connections.used")).isBetween(0.0, 1.0);
        assertThat(moving.metric("postgres.size")).isGreaterThan(1_000_000);
        clock.advance(Duration.ofSeconds(10));
        agent.tick(moving);
        assertThat(moving.metric("postgres.transactions")).isNotNegative();
    }
}

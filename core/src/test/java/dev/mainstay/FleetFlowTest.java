package dev.mainstay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.AgentState;
import dev.mainstay.agent.RestartPolicy;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A fleet on a real database, from declared to ticking, crashing, healed and stopped.
class FleetFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private final TestDatabase test = TestDatabase.create();

    @AfterEach
    void drop() {
        test.close();
    }

    private FleetBuilder builder() {
        return Fleet.builder().database(test.database()).node("node-a");
    }

    private void awaitState(Fleet fleet, String agent, AgentState state) {
        Eventually.holds(
                agent + " is " + state,
                BOUND,
                () -> fleet.agents().find(agent).orElseThrow().state() == state);
    }

    private List<String> transitions(String agent) {
        return test.database()
                .read(handle -> handle.createQuery("""
                SELECT detail ->> 'to'
                FROM system_events
                WHERE agent_id = :agent AND type = 'agent.transition'
                ORDER BY id
                """)
                        .bind("agent", agent)
                        .mapTo(String.class)
                        .list());
    }

    @Test
    void a_start_makes_partitions_and_leaves_dropping_to_a_duty() throws SQLException {
        try (Connection superuser = test.superuser();
                Statement statement = superuser.createStatement()) {
            statement.execute("REVOKE EXECUTE ON FUNCTION partition_drop(text, timestamptz) FROM mainstay_engine");
        }
        try (Fleet fleet = builder().start()) {
            int ahead = fleet.database()
                    .read(handle -> handle.createQuery(
                                    "SELECT count(*) FROM pg_inherits WHERE inhparent = 'messages'::regclass")
                            .mapTo(Integer.class)
                            .one());
            assertThat(ahead).isEqualTo(5);
        }
    }

    @Test
    void an_agent_goes_through_its_states_and_ticks() throws InterruptedException {
        CountDownLatch ticks = new CountDownLatch(3);
        try (Fleet fleet = builder()
                .agent("price-sync", Duration.ofMillis(50), context -> ticks.countDown())
                .start()) {
            assertThat(ticks.await(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
            awaitState(fleet, "price-sync", AgentState.ACTIVE);
        }
        assertThat(transitions("price-sync"))
                .containsExactly("initializing", "registering", "configuring", "monitoring", "active", "shutdown");
    }

    @Test
    void heartbeats_of_an_agent_are_stored_with_what_its_ticks_did() {
        AgentSpec spec = AgentSpec.builder("counter")
                .every(Duration.ofMillis(100))
                .heartbeat(Duration.ofMillis(200))
                .build();
        try (Fleet fleet =
                builder().agent(spec, any -> context -> WorkResult.processed(2)).start()) {
            Eventually.holds("ten items stored", BOUND, () -> items(fleet) >= 10);
        }
        long history = test.database()
                .read(handle -> handle.createQuery("SELECT sum(items) FROM agent_heartbeats")
                        .mapTo(Long.class)
                        .one());
        long current = test.database()
                .read(handle -> handle.createQuery("SELECT items FROM agent_leases")
                        .mapTo(Long.class)
                        .one());
        assertThat(history).isEqualTo(current);
        assertThat(phases("ticks > 0")).isNotEmpty().isSubsetOf("reporting", "working");
        assertThat(phases("ticks = 0")).isSubsetOf("heartbeating", "working");
    }

    @Test
    void the_first_tick_is_told_at_once_and_not_with_the_next_heartbeat() {
        Duration hour = Duration.ofHours(1);
        AgentSpec spec =
                AgentSpec.builder("patient").every(hour).heartbeat(hour).build();
        try (Fleet fleet =
                builder().agent(spec, any -> context -> WorkResult.processed(2)).start()) {
            Eventually.holds("the items of the first tick", BOUND, () -> items(fleet) == 2);
        }
    }

    private List<String> phases(String which) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT DISTINCT phase FROM agent_heartbeats WHERE " + which)
                        .mapTo(String.class)
                        .list());
    }

    private long items(Fleet fleet) {
        return fleet.database()
                .read(handle -> handle.createQuery("SELECT items FROM agent_leases")
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void an_agent_that_crashes_is_restarted_as_a_fresh_instance() {
        AtomicInteger instances = new AtomicInteger();
        AgentSpec spec = AgentSpec.builder("fragile")
                .every(Duration.ofMillis(20))
                .restart(quick(5))
                .build();
        try (Fleet fleet = builder()
                .agent(spec, any -> {
                    int instance = instances.incrementAndGet();
                    return context -> {
                        if (instance == 1) {
                            throw new IllegalStateException("first instance breaks");
                        }
                        return WorkResult.nothing();
                    };
                })
                .start()) {
            Eventually.holds("a second instance", BOUND, () -> instances.get() == 2);
            awaitState(fleet, "fragile", AgentState.ACTIVE);
            assertThat(transitions("fragile")).endsWith("active", "recovering", "active");
        }
    }

    @Test
    void an_agent_that_keeps_crashing_is_quarantined_and_its_neighbour_goes_on() {
        AtomicInteger neighbour = new AtomicInteger();
        AgentSpec spec = AgentSpec.builder("hopeless")
                .every(Duration.ofMillis(20))
                .restart(quick(3))
                .build();
        try (Fleet fleet = builder()
                .agent(spec, any -> context -> {
                    throw new StackOverflowError("deep");
                })
                .agent("steady", Duration.ofMillis(20), context -> neighbour.incrementAndGet())
                .start()) {
            awaitState(fleet, "hopeless", AgentState.QUARANTINED);
            int before = neighbour.get();
            Eventually.holds("the neighbour ticks on", BOUND, () -> neighbour.get() > before + 3);
        }
    }

    @Test
    void a_tick_that_never_ends_is_interrupted_abandoned_and_counted() {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger instances = new AtomicInteger();
        AgentSpec spec = AgentSpec.builder("stuck")
                .every(Duration.ofMillis(50))
                .deadline(Duration.ofMillis(200))
                .heartbeat(Duration.ofMillis(200))
                .restart(quick(5))
                .build();
        try (Fleet fleet = builder()
                .agent(spec, any -> {
                    boolean isFirst = instances.incrementAndGet() == 1;
                    return context -> {
                        while (isFirst && never.getCount() > 0) {
                            Thread.onSpinWait();
                        }
                        return WorkResult.nothing();
                    };
                })
                .start()) {
            Eventually.holds("a second instance", BOUND, () -> instances.get() == 2);
            awaitState(fleet, "stuck", AgentState.ACTIVE);
            Eventually.holds(
                    "the abandoned tick is counted",
                    BOUND,
                    () -> test.database()
                                    .read(handle -> handle.createQuery("SELECT abandoned FROM agent_leases")
                                            .mapTo(Integer.class)
                                            .one())
                            == 1);
            never.countDown();
        }
    }

    @Test
    void a_second_node_shares_the_agents_evenly_and_takes_over_when_the_first_leaves() {
        FleetBuilder first = builder();
        FleetBuilder second = Fleet.builder().database(test.config().build()).node("node-b");
        for (int i = 0; i < 10; i++) {
            first.agent("agent-" + i, Duration.ofMillis(100), context -> {});
            second.agent("agent-" + i, Duration.ofMillis(100), context -> {});
        }
        try (Fleet nodeB = second.start()) {
            try (Fleet nodeA = first.start()) {
                Eventually.holds("five agents each", BOUND, () -> held("node-a") == 5 && held("node-b") == 5);
                assertThat(nodeA.node().isTrusted()).isTrue();
            }
            Eventually.holds("all agents on node-b", BOUND, () -> held("node-b") == 10);
            Eventually.holds(
                    "all active",
                    BOUND,
                    () -> nodeB.agents().all().stream().allMatch(agent -> agent.state() == AgentState.ACTIVE));
        }
    }

    private int held(String node) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM agent_leases WHERE node_id = :node")
                        .bind("node", node)
                        .mapTo(Integer.class)
                        .one());
    }

    private static RestartPolicy quick(int most) {
        return new RestartPolicy(
                most,
                Duration.ofSeconds(60),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofMinutes(10),
                Duration.ofMinutes(15));
    }
}

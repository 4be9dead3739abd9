package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.SupervisionGroup.Strategy;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The ways through the states that people and time open: maintenance, quarantine, slots, a graceful stop.
class LifeCycleFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final Duration QUICK = Duration.ofMillis(20);

    private final TestDatabase test = TestDatabase.create();
    private final AtomicInteger ticks = new AtomicInteger();
    private final AtomicInteger instances = new AtomicInteger();

    @AfterEach
    void drop() {
        test.close();
    }

    private FleetBuilder builder() {
        return Fleet.builder().database(test.database()).node("node-a");
    }

    private static void awaitState(Fleet fleet, String agent, AgentState state) {
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

    private Agent counting() {
        instances.incrementAndGet();
        return context -> WorkResult.processed(ticks.incrementAndGet());
    }

    @Test
    void a_group_stops_in_reverse_order_of_its_positions_one_after_the_other() {
        List<String> closed = new CopyOnWriteArrayList<>();
        FleetBuilder builder = builder();
        for (int position : new int[] {1, 2, 0}) {
            builder.agent(
                    AgentSpec.builder("member-" + position)
                            .every(QUICK)
                            .group(new SupervisionGroup("shop", Strategy.ONE_FOR_ONE, position))
                            .build(),
                    spec -> new ClosesSlowly(closed, spec.id(), Duration.ofMillis(100L * position)));
        }
        try (Fleet fleet = builder.start()) {
            for (int position = 0; position < 3; position++) {
                awaitState(fleet, "member-" + position, AgentState.ACTIVE);
            }
        }
        assertThat(closed).containsExactly("member-2", "member-1", "member-0");
    }

    private record ClosesSlowly(List<String> closed, String id, Duration time) implements Agent {
        @Override
        public WorkResult tick(AgentContext context) {
            return WorkResult.nothing();
        }

        @Override
        public void close() {
            Threads.pause(time);
            closed.add(id);
        }
    }

    @Test
    void maintenance_holds_the_ticks_and_its_end_brings_them_back_to_the_same_instance() {
        AgentSpec spec =
                AgentSpec.builder("machine").every(QUICK).heartbeat(QUICK).build();
        try (Fleet fleet = builder().agent(spec, any -> counting()).start()) {
            awaitState(fleet, "machine", AgentState.ACTIVE);
            command(fleet, AgentCommand.MAINTENANCE);
            awaitState(fleet, "machine", AgentState.MAINTENANCE);
            awaitBeats(2);
            int before = ticks.get();
            awaitBeats(5);
            assertThat(ticks.get()).isEqualTo(before);
            command(fleet, AgentCommand.RESUME);
            Eventually.holds("it ticks again", BOUND, () -> ticks.get() > before);
            awaitState(fleet, "machine", AgentState.ACTIVE);
        }
        assertThat(instances).hasValue(1);
        assertThat(transitions("machine")).endsWith("active", "maintenance", "active", "shutdown");
    }

    private void command(Fleet fleet, AgentCommand command) {
        new AgentCommands(test.database(), fleet::assignmentsChanged)
                .give(fleet.organization(), "machine", command, "oil", "a test");
    }

    private void awaitBeats(int more) {
        long last = sequence() + more;
        Eventually.holds(more + " heartbeats more", BOUND, () -> sequence() >= last);
    }

    private long sequence() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT sequence FROM agent_leases")
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void a_quarantine_ends_by_itself_when_its_time_is_over() {
        Duration minute = Duration.ofMinutes(1);
        Duration quarantine = Duration.ofSeconds(2);
        AgentSpec spec = AgentSpec.builder("moody")
                .every(QUICK)
                .restart(new RestartPolicy(0, minute, QUICK, QUICK, minute, quarantine))
                .build();
        try (Fleet fleet = builder().agent(spec, any -> crashesFirst()).start()) {
            Eventually.holds("a second instance ticks", BOUND, () -> ticks.get() > 0);
            awaitState(fleet, "moody", AgentState.ACTIVE);
        }
        assertThat(transitions("moody"))
                .containsSubsequence("active", "recovering", "failed", "quarantined", "initializing", "active");
        assertThat(quarantined()).isGreaterThanOrEqualTo((double) quarantine.toSeconds());
    }

    private Agent crashesFirst() {
        Agent next = counting();
        if (instances.get() > 1) {
            return next;
        }
        return context -> {
            throw new IllegalStateException("the first instance breaks");
        };
    }

    /// Seconds from the quarantine to the new beginning.
    private double quarantined() {
        return test.database()
                .read(handle -> handle.createQuery("""
                        SELECT extract(epoch FROM max(at) FILTER (WHERE detail ->> 'to' = 'initializing')
                            - max(at) FILTER (WHERE detail ->> 'to' = 'quarantined'))
                        FROM system_events
                        WHERE type = 'agent.transition'
                        """).mapTo(Double.class).one());
    }

    @Test
    void a_slot_becomes_active_when_code_gives_it_an_implementation_at_run_time() {
        try (Fleet fleet = builder().slot("planner", "plans, one day").start()) {
            assertThat(fleet.agents().find("planner").orElseThrow().state()).isEqualTo(AgentState.INACTIVE);
            fleet.add(AgentSpec.builder("planner").every(QUICK).build(), spec -> counting());
            Eventually.holds("it ticks", BOUND, () -> ticks.get() > 0);
            awaitState(fleet, "planner", AgentState.ACTIVE);
            assertThat(fleet.agents().find("planner").orElseThrow().source()).isEqualTo(AgentSource.CODE);
        }
    }

    @Test
    void a_slot_becomes_active_when_the_file_declares_its_id() {
        try (Fleet fleet = builder().slot("planner", "plans, one day").start()) {
            assertThat(fleet.agents().find("planner").orElseThrow().state()).isEqualTo(AgentState.INACTIVE);
        }
        AgentSpec given = AgentSpec.builder("counter").every(QUICK).build();
        AgentSpec planner =
                AgentSpec.builder("planner").kind("counter").every(QUICK).build();
        try (Fleet fleet = builder()
                .agent(given, spec -> counting())
                .declare(planner, AgentSource.FILE)
                .start()) {
            awaitState(fleet, "planner", AgentState.ACTIVE);
            assertThat(fleet.agents().find("planner").orElseThrow().source()).isEqualTo(AgentSource.FILE);
        }
    }
}

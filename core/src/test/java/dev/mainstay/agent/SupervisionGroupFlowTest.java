package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.SupervisionGroup.Strategy;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who else is restarted when a member of a group crashes, and what happens to the group when it is enough.
class SupervisionGroupFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private final TestDatabase test = TestDatabase.create();
    private final Map<String, AtomicInteger> instances = new ConcurrentHashMap<>();
    private final AtomicBoolean breaks = new AtomicBoolean();

    @AfterEach
    void drop() {
        test.close();
    }

    private Fleet shop(Strategy strategy, int maxRestarts) {
        FleetBuilder builder = Fleet.builder().database(test.database()).node("node-a");
        for (int position = 0; position < 3; position++) {
            String id = "member-" + position;
            builder.agent(spec(id, new SupervisionGroup("shop", strategy, position), maxRestarts), any -> {
                instances.computeIfAbsent(id, first -> new AtomicInteger()).incrementAndGet();
                return context -> crashOnce(id);
            });
        }
        return builder.start();
    }

    private WorkResult crashOnce(String id) {
        if (id.equals("member-1") && breaks.compareAndSet(true, false)) {
            throw new IllegalStateException("the middle one breaks");
        }
        return WorkResult.nothing();
    }

    private static AgentSpec spec(String id, SupervisionGroup group, int maxRestarts) {
        Duration minute = Duration.ofMinutes(1);
        Duration quick = Duration.ofMillis(20);
        return AgentSpec.builder(id)
                .every(quick)
                .group(group)
                .restart(new RestartPolicy(maxRestarts, minute, quick, quick, minute, minute))
                .build();
    }

    private String built() {
        return instances.get("member-0") + " " + instances.get("member-1") + " " + instances.get("member-2");
    }

    private void awaitAll(Fleet fleet, AgentState state) {
        Eventually.holds(
                "all three are " + state,
                BOUND,
                () -> fleet.agents().all().stream().allMatch(agent -> agent.state() == state));
    }

    private void crashTheMiddleOne(Fleet fleet) {
        awaitAll(fleet, AgentState.ACTIVE);
        breaks.set(true);
        Eventually.holds("the crash", BOUND, () -> !breaks.get());
        Eventually.holds("its restart", BOUND, () -> built().charAt(2) == '2');
        awaitAll(fleet, AgentState.ACTIVE);
    }

    @Test
    void one_for_one_restarts_the_crashed_member_alone() {
        try (Fleet fleet = shop(Strategy.ONE_FOR_ONE, 5)) {
            crashTheMiddleOne(fleet);
            assertThat(built()).isEqualTo("1 2 1");
        }
    }

    @Test
    void rest_for_one_restarts_those_after_it_too() {
        try (Fleet fleet = shop(Strategy.REST_FOR_ONE, 5)) {
            crashTheMiddleOne(fleet);
            Eventually.holds("1 2 2, was " + built(), BOUND, () -> built().equals("1 2 2"));
        }
    }

    @Test
    void all_for_one_restarts_every_member() {
        try (Fleet fleet = shop(Strategy.ALL_FOR_ONE, 5)) {
            crashTheMiddleOne(fleet);
            Eventually.holds("2 2 2, was " + built(), BOUND, () -> built().equals("2 2 2"));
        }
    }

    @Test
    void a_group_out_of_restarts_goes_into_quarantine_together_and_that_is_told() {
        try (Fleet fleet = shop(Strategy.ALL_FOR_ONE, 0)) {
            awaitAll(fleet, AgentState.ACTIVE);
            breaks.set(true);
            awaitAll(fleet, AgentState.QUARANTINED);
            fleet.telemetry().awaitStored(BOUND);
        }
        assertThat(test.database()
                        .<Integer>read(handle -> handle.createQuery(
                                        "SELECT count(*) FROM system_events WHERE type = 'supervisor.escalated'")
                                .mapTo(Integer.class)
                                .one()))
                .isEqualTo(1);
    }

    @Test
    void a_member_that_waits_for_its_restart_goes_into_quarantine_with_its_group() {
        AtomicBoolean second = new AtomicBoolean();
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .node("node-a")
                .agent(patient("first", 0), any -> context -> {
                    throw new IllegalStateException("crashes at once");
                })
                .agent(patient("second", 1), any -> context -> {
                    if (second.get()) {
                        throw new IllegalStateException("crashes when it is told to");
                    }
                    return WorkResult.nothing();
                })
                .start()) {
            Eventually.holds(
                    "the first waits for its restart",
                    BOUND,
                    () -> fleet.agents().all().stream().anyMatch(agent -> agent.state() == AgentState.RECOVERING));
            second.set(true);
            awaitAll(fleet, AgentState.QUARANTINED);
        }
    }

    private static AgentSpec patient(String id, int position) {
        Duration minute = Duration.ofMinutes(1);
        return AgentSpec.builder(id)
                .every(Duration.ofMillis(20))
                .group(new SupervisionGroup("shop", Strategy.ONE_FOR_ONE, position))
                .restart(new RestartPolicy(1, minute, minute, minute, minute, minute))
                .build();
    }

    @Test
    void a_group_begins_anew_after_its_quarantine_like_a_single_agent() {
        Duration minute = Duration.ofMinutes(1);
        Duration quick = Duration.ofMillis(20);
        AgentSpec spec = AgentSpec.builder("lonely")
                .every(quick)
                .group(new SupervisionGroup("shop", Strategy.ALL_FOR_ONE, 0))
                .restart(new RestartPolicy(1, minute, quick, quick, minute, quick))
                .build();
        AtomicInteger made = new AtomicInteger();
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .node("node-a")
                .agent(spec, any -> {
                    int instance = made.incrementAndGet();
                    return context -> crashUpTo(3, instance);
                })
                .start()) {
            Eventually.holds("a fourth instance", BOUND, () -> made.get() == 4);
            awaitAll(fleet, AgentState.ACTIVE);
        }
        assertThat(quarantines()).isEqualTo(1);
    }

    private static WorkResult crashUpTo(int last, int instance) {
        if (instance <= last) {
            throw new IllegalStateException("instance " + instance + " breaks");
        }
        return WorkResult.nothing();
    }

    private int quarantines() {
        return test.database()
                .read(handle -> handle.createQuery("""
                        SELECT count(*)
                        FROM system_events
                        WHERE type = 'agent.transition' AND detail ->> 'to' = 'quarantined'
                        """).mapTo(Integer.class).one());
    }
}

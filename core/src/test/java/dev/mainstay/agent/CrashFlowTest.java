package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.SupervisionGroup.Strategy;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which steps of a life are told as crashes, by a field of the event and not by its words.
class CrashFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final Duration QUICK = Duration.ofMillis(20);

    private final TestDatabase test = TestDatabase.create();
    private final AtomicBoolean breaks = new AtomicBoolean(true);

    @AfterEach
    void drop() {
        test.close();
    }

    private static AgentSpecBuilder spec(String id) {
        Duration minute = Duration.ofMinutes(1);
        return AgentSpec.builder(id).every(QUICK).restart(new RestartPolicy(5, minute, QUICK, QUICK, minute, minute));
    }

    private List<String> recoveries(String condition) {
        return test.database()
                .read(handle -> handle.createQuery("""
                        SELECT agent_id || ' ' || coalesce(detail ->> 'crash', 'no crash')
                        FROM system_events
                        WHERE type = 'agent.transition' AND %s
                        ORDER BY agent_id
                        """.formatted(condition))
                        .mapTo(String.class)
                        .list());
    }

    @Test
    void only_the_member_that_crashed_is_told_as_crashed() {
        var group = new SupervisionGroup("shop", Strategy.ALL_FOR_ONE, 0);
        try (Fleet _ = Fleet.builder()
                .database(test.database())
                .node("node-a")
                .agent(spec("companion").group(group).build(), any -> context -> WorkResult.nothing())
                .agent(
                        spec("culprit")
                                .group(new SupervisionGroup("shop", Strategy.ALL_FOR_ONE, 1))
                                .build(),
                        any -> context -> crashOnceBothRun())
                .start()) {
            Eventually.holds(
                    "both recover",
                    BOUND,
                    () -> recoveries("detail ->> 'to' = 'recovering'")
                            .equals(List.of("companion no crash", "culprit true")));
        }
        assertThat(recoveries("CAST(detail ->> 'waits' AS double precision) BETWEEN 0.001 AND 1"))
                .as("it says how long until it is made anew")
                .containsExactly("culprit true");
    }

    private WorkResult crashOnceBothRun() {
        if (recoveries("detail ->> 'to' = 'active'").size() == 2 && breaks.compareAndSet(true, false)) {
            throw new IllegalStateException("the culprit breaks");
        }
        return WorkResult.nothing();
    }

    @Test
    void an_agent_that_could_not_start_has_crashed() {
        try (Fleet _ = Fleet.builder()
                .database(test.database())
                .node("node-a")
                .agent(spec("stillborn").build(), any -> {
                    throw new IllegalStateException("no such thing");
                })
                .start()) {
            Eventually.holds(
                    "it fails",
                    BOUND,
                    () -> !recoveries("detail ->> 'to' = 'failed'").isEmpty());
        }
        assertThat(recoveries("detail ->> 'to' = 'failed'")).startsWith("stillborn true");
    }

    /// As of one that is taken over with settings with which it cannot be made.
    @Test
    void a_crashed_agent_that_cannot_be_made_anew_crashes_each_time_it_is_tried() {
        AtomicInteger made = new AtomicInteger();
        try (Fleet _ = Fleet.builder()
                .database(test.database())
                .node("node-a")
                .agent(spec("moody").build(), any -> switch (made.incrementAndGet()) {
                    case 1 ->
                        context -> {
                            throw new IllegalStateException("its first life ends");
                        };
                    case 2, 3 -> throw new IllegalStateException("not yet");
                    default -> context -> WorkResult.nothing();
                })
                .start()) {
            Eventually.holds(
                    "it works again",
                    BOUND,
                    () -> recoveries("detail ->> 'to' = 'active'").size() == 2);
        }
        assertThat(recoveries("detail ->> 'to' = 'failed'")).containsExactly("moody true", "moody true");
        assertThat(recoveries("detail @> '{\"crash\": true}'")).hasSize(3);
    }
}

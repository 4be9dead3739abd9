package dev.mainstay.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.Fleet;
import dev.mainstay.MainstayException;
import dev.mainstay.agent.AgentState;
import dev.mainstay.telemetry.Event;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of a node whose session ends, whose database goes away, or whose name is taken.
class NodeFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private final TestDatabase test = TestDatabase.create();
    private final AtomicInteger ticks = new AtomicInteger();

    @AfterEach
    void drop() {
        test.close();
    }

    private Fleet fleet() {
        return Fleet.builder()
                .database(test.database())
                .node("node-a")
                .agent("worker", Duration.ofMillis(50), context -> ticks.incrementAndGet())
                .start();
    }

    private void awaitTicks() {
        int before = ticks.get();
        Eventually.holds("the agent ticks", BOUND, () -> ticks.get() > before);
    }

    private void asSuperuser(String sql) {
        try (Connection connection = test.superuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private long fence() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT fence FROM agent_leases")
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void a_node_whose_session_was_ended_stops_joins_anew_and_gets_its_agents_back_with_a_higher_fence() {
        try (Fleet fleet = fleet()) {
            awaitTicks();
            UUID session = Objects.requireNonNull(fleet.node().sessionId());
            long fence = fence();
            asSuperuser("UPDATE node_sessions SET expires_at = now() - interval '1 second'");
            Eventually.holds("a new session", BOUND, () -> {
                UUID now = fleet.node().sessionId();
                return now != null && !now.equals(session);
            });
            Eventually.holds("a higher fence", BOUND, () -> fence() > fence);
            awaitTicks();
            assertThat(fleet.agents().find("worker").orElseThrow().state())
                    .isIn(AgentState.ACTIVE, AgentState.RECOVERING);
        }
    }

    @Test
    void a_second_living_node_of_the_same_name_is_refused() {
        try (Fleet first = fleet()) {
            awaitTicks();
            assertThatThrownBy(this::fleet)
                    .isInstanceOfSatisfying(
                            MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_DUPLICATE))
                    .hasMessageContaining("node-a");
            assertThat(first.node().isTrusted()).isTrue();
        }
    }

    @Test
    void a_node_that_is_refused_leaves_no_thread_behind() {
        try (Fleet first = fleet()) {
            awaitTicks();
            ThreadGroup group = new ThreadGroup("second");
            CompletableFuture<Boolean> refused = new CompletableFuture<>();
            Thread second = new Thread(group, () -> refused.complete(isRefused()));
            second.start();
            assertThat(refused.orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join())
                    .isTrue();
            Eventually.holds("its threads end", BOUND, () -> group.activeCount() == 0);
            assertThat(first.node().isTrusted()).isTrue();
        }
    }

    private boolean isRefused() {
        try (Fleet second = fleet()) {
            return !second.node().isTrusted();
        } catch (MainstayException e) {
            return e.code() == ErrorCode.NODE_DUPLICATE;
        }
    }

    @Test
    void after_the_database_was_away_for_a_while_everything_goes_on_and_no_event_is_lost() {
        try (Fleet fleet = fleet()) {
            awaitTicks();
            test.goAway();
            int during = ticks.get();
            fleet.telemetry()
                    .event(new Event(
                            fleet.organization(),
                            fleet.clock().instant(),
                            "test.during_outage",
                            Severity.INFO,
                            null,
                            null,
                            "",
                            Map.of()));
            Eventually.holds("the agent goes on", BOUND, () -> ticks.get() > during);
            test.comeBack();
            Eventually.holds("the event is stored", BOUND, () -> events("test.during_outage") == 1);
            awaitTicks();
            assertThat(fleet.node().isTrusted()).isTrue();
        }
    }

    @Test
    void an_agent_whose_node_died_before_it_could_shut_it_down_is_shut_down_and_an_event_says_why() {
        try (Fleet fleet = fleet()) {
            awaitTicks();
            // At one moment, so that the node has not heard of the wish when its session ends.
            asSuperuser("WITH wish AS (UPDATE agents SET desired = 'shutdown')"
                    + " UPDATE node_sessions SET expires_at = now() - interval '1 second'");
            Eventually.holds(
                    "it is shut down",
                    BOUND,
                    () -> fleet.agents().find("worker").orElseThrow().state() == AgentState.SHUTDOWN);
        }
        assertThat(causesOfShutdown()).singleElement().asString().contains("its node was lost");
    }

    private List<String> causesOfShutdown() {
        return test.database()
                .read(handle -> handle.createQuery("""
                        SELECT cause
                        FROM system_events
                        WHERE type = 'agent.transition' AND detail ->> 'to' = 'shutdown'
                        """).mapTo(String.class).list());
    }

    private int events(String type) {
        try {
            return storedEvents(type);
        } catch (MainstayException e) {
            return -1;
        }
    }

    private int storedEvents(String type) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM system_events WHERE type = :type")
                        .bind("type", type)
                        .mapTo(Integer.class)
                        .one());
    }
}

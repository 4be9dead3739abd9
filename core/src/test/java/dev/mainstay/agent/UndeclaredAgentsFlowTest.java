package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.Fleet;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What happens to an agent that is taken out of the file, and put back.
class UndeclaredAgentsFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private final TestDatabase test = TestDatabase.create();

    @AfterEach
    void drop() {
        test.close();
    }

    private Fleet start(String node, String... ids) {
        var builder = Fleet.builder().database(test.database()).node(node);
        builder.agent("given", Duration.ofMillis(100), context -> {});
        for (var id : ids) {
            builder.declare(
                    AgentSpec.builder(id)
                            .kind("given")
                            .every(Duration.ofMillis(100))
                            .build(),
                    AgentSource.FILE);
        }
        return builder.start();
    }

    private DesiredState desired(String id) {
        return new AgentRegistry(test.database(), Organizations.DEFAULT)
                .find(id)
                .orElseThrow()
                .desired();
    }

    @Test
    void who_is_no_longer_declared_shuts_down_and_comes_back_as_it_was() {
        try (var fleet = start("node-a", "kept", "dropped")) {
            awaitState(fleet, AgentState.ACTIVE);
        }
        try (var fleet = start("node-a", "kept")) {
            assertThat(desired("kept")).isEqualTo(DesiredState.RUNNING);
            assertThat(desired("dropped")).isEqualTo(DesiredState.SHUTDOWN);
            awaitState(fleet, AgentState.SHUTDOWN);
            assertThat(reasons("dropped")).containsExactly("no longer declared in the settings of node node-a");
        }
        start("node-a", "kept").close();
        assertThat(reasons("dropped")).hasSize(1);
        try (var fleet = start("node-a", "kept", "dropped")) {
            assertThat(desired("dropped")).isEqualTo(DesiredState.RUNNING);
            awaitState(fleet, AgentState.ACTIVE);
        }
        start("node-a").close();
        assertThat(desired("kept")).as("a file without agents").isEqualTo(DesiredState.SHUTDOWN);
    }

    private static void awaitState(Fleet fleet, AgentState state) {
        Eventually.holds(
                "it is " + state,
                BOUND,
                () -> fleet.agents().find("dropped").orElseThrow().state() == state);
    }

    @Test
    void a_shut_down_agent_does_not_start_because_its_file_was_read_again() {
        start("node-a", "kept", "asleep").close();
        test.database().write(handle -> handle.execute("UPDATE agents SET desired = 'shutdown' WHERE id = 'asleep'"));
        start("node-a", "kept").close();
        start("node-a", "kept", "asleep").close();
        assertThat(desired("asleep")).isEqualTo(DesiredState.SHUTDOWN);
    }

    @Test
    void nodes_with_other_files_leave_each_other_s_agents_alone() {
        start("node-a", "of-a").close();
        start("node-b", "of-b").close();
        start("node-c").close();
        assertThat(desired("of-a")).isEqualTo(DesiredState.RUNNING);
        assertThat(desired("of-b")).isEqualTo(DesiredState.RUNNING);
    }

    @Test
    void one_that_ran_outside_before_leaves_nothing_of_that_once_a_node_runs_it() {
        start("node-a").close();
        registerOutside();
        test.database().write(handle -> handle.execute("UPDATE agent_leases SET leased_at = now() - interval '1 day'"));
        try (var fleet = start("node-a", "dropped")) {
            String node = fleet.node().identity().id();
            Eventually.holds("the node runs it", BOUND, () -> node.equals(runner("dropped")));
        }
        int tokens = test.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM agent_leases WHERE lease_token IS NOT NULL")
                        .mapTo(Integer.class)
                        .one());
        assertThat(tokens).isZero();
    }

    private void registerOutside() {
        new OutsideAgents(test.database())
                .register(
                        Organizations.DEFAULT,
                        new OutsideRegistration(
                                "dropped",
                                "outside",
                                AgentCategory.OPERATIONAL,
                                "",
                                List.of(),
                                List.of(),
                                null,
                                HEARTBEAT,
                                HEARTBEAT,
                                "key",
                                true));
    }

    @Test
    void one_that_lives_outside_is_not_taken_over_and_the_start_says_why() {
        registerOutside();
        assertThatThrownBy(() -> start("node-a", "dropped"))
                .isInstanceOf(MainstayException.class)
                .hasMessageContaining("two agents with one id: dropped");
        assertThat(test.database()
                        .<String>read(handle -> handle.createQuery("SELECT source FROM agents")
                                .mapTo(String.class)
                                .one()))
                .isEqualTo("http");
    }

    @Test
    void one_that_lives_outside_is_not_taken_over_by_code_at_run_time() {
        try (var fleet = start("node-a")) {
            registerOutside();
            AgentSpec same = AgentSpec.builder("dropped").build();
            assertThatThrownBy(() -> fleet.add(same, spec -> context -> WorkResult.nothing()))
                    .isInstanceOf(MainstayException.class)
                    .hasMessageContaining("two agents with one id: dropped");
        }
    }

    private @Nullable String runner(String agent) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT node_id FROM agent_leases WHERE agent_id = :agent")
                        .bind("agent", agent)
                        .mapTo(String.class)
                        .findOne()
                        .orElse(null));
    }

    private List<String> reasons(String agent) {
        return test.database()
                .read(handle -> handle.createQuery("""
                SELECT cause
                FROM system_events
                WHERE agent_id = :agent AND type = 'agent.commanded'
                """)
                        .bind("agent", agent)
                        .mapTo(String.class)
                        .list());
    }
}

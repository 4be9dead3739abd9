package dev.mainstay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.AgentRef;
import dev.mainstay.cluster.PlacementPlan.Candidate;
import dev.mainstay.cluster.PlacementPlan.Placed;
import dev.mainstay.cluster.PlacementPlan.Placing;
import dev.mainstay.postgres.Organizations;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlacementPlanTest {
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);

    private static Candidate node(UUID session, int load) {
        return new Candidate(session, "node-" + session, Set.of("check"), false, true, load);
    }

    private static Placed agent(String id, @Nullable String group, @Nullable UUID holder) {
        return new Placed(new AgentRef(Organizations.DEFAULT, id), "check", group, holder, null);
    }

    private static List<Placed> agents(int count, @Nullable UUID holder) {
        List<Placed> agents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            agents.add(agent("agent-" + i, null, holder));
        }
        return agents;
    }

    @Test
    void waiting_agents_are_spread_evenly() {
        List<Placing> plan = new PlacementPlan(List.of(node(A, 4), node(B, 0))).place(agents(6, null), List.of());
        assertThat(plan).filteredOn(placing -> placing.session().equals(A)).hasSize(1);
        assertThat(plan).filteredOn(placing -> placing.session().equals(B)).hasSize(5);
    }

    @Test
    void an_agent_of_a_kind_no_node_offers_waits() {
        Candidate other = new Candidate(A, "a", Set.of("other"), false, true, 0);
        assertThat(new PlacementPlan(List.of(other)).place(agents(1, null), List.of()))
                .isEmpty();
    }

    @Test
    void members_of_a_group_go_where_the_group_runs() {
        List<Placed> waiting = List.of(agent("two", "shop", null), agent("three", "shop", null));
        List<Placing> plan =
                new PlacementPlan(List.of(node(A, 9), node(B, 0))).place(waiting, List.of(agent("one", "shop", A)));
        assertThat(plan).extracting(Placing::session).containsOnly(A);
    }

    @Test
    void a_draining_node_gets_nothing_and_gives_all() {
        Candidate draining = new Candidate(A, "a", Set.of("check"), true, true, 3);
        PlacementPlan plan = new PlacementPlan(List.of(draining, node(B, 0)));
        assertThat(plan.place(agents(1, null), List.of()))
                .extracting(Placing::session)
                .containsExactly(B);
        assertThat(plan.leave(agents(3, A), 10)).hasSize(3);
    }

    @Test
    void uneven_nodes_are_evened_out_to_a_difference_of_one_and_then_left_alone() {
        assertThat(new PlacementPlan(List.of(node(A, 10), node(B, 0))).leave(agents(10, A), 10))
                .hasSize(5);
        assertThat(new PlacementPlan(List.of(node(A, 6), node(B, 5))).leave(agents(6, A), 10))
                .isEmpty();
    }

    @Test
    void a_node_that_has_just_joined_gets_nothing_moved_to_it() {
        Candidate fresh = new Candidate(B, "b", Set.of("check"), false, false, 0);
        assertThat(new PlacementPlan(List.of(node(A, 10), fresh)).leave(agents(10, A), 10))
                .isEmpty();
    }

    @Test
    void no_more_than_the_given_number_moves_at_once() {
        assertThat(new PlacementPlan(List.of(node(A, 10), node(B, 0))).leave(agents(10, A), 2))
                .hasSize(2);
    }
}

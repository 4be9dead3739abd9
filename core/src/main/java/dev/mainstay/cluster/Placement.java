package dev.mainstay.cluster;

import dev.mainstay.AgentRef;
import dev.mainstay.cluster.PlacementPlan.Candidate;
import dev.mainstay.cluster.PlacementPlan.Placed;
import dev.mainstay.cluster.PlacementPlan.Placing;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The duty that gives agents to nodes: places those nobody runs, moves a few when nodes are uneven or
/// draining, and ends those that were to be shut down by a node that is no more.
///
/// A move is a hand-over: the owner is asked, stops the agent, returns the lease; then the agent waits like any other.
/// Nothing is moved while earlier moves are under way, so the fleet does not swing. Thread-safe.
public final class Placement {
    public static final String DUTY = "placement";
    private static final Logger LOG = LoggerFactory.getLogger(Placement.class);
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final double LARGEST_MOVE = 0.2;

    private final Database database;
    private final PlacementStore store = new PlacementStore();
    private final Runnable assigned;

    /// @param assigned called after agents were given or asked to leave, to tell the nodes without delay
    public Placement(Database database, Runnable assigned) {
        this.database = database;
        this.assigned = assigned;
    }

    public Duty duty() {
        return new Duty(DUTY, PERIOD, this::round, PlacementStore.DUE);
    }

    private void round(DutyLease lease) {
        endLeftBehind(lease);
        boolean isChanged = database.control(handle -> {
            lease.check(handle);
            List<Candidate> nodes = store.nodes(handle);
            int placed = place(handle, nodes);
            int moved = placed == 0 ? move(handle, nodes) : 0;
            return placed + moved > 0;
        });
        if (isChanged) {
            assigned.run();
        }
    }

    /// A transaction of its own: it locks agents, and placing locks sessions first.
    private void endLeftBehind(DutyLease lease) {
        int ended = database.control(handle -> {
            lease.check(handle);
            return store.endLeftBehind(handle);
        });
        if (ended > 0) {
            LOG.atInfo().addKeyValue("agents", ended).log("agents shut down whose node was lost before it did");
        }
    }

    private int place(Handle handle, List<Candidate> nodes) {
        List<Placed> waiting = store.waiting(handle);
        if (waiting.isEmpty() || nodes.isEmpty()) {
            return 0;
        }
        List<Placing> plan = new PlacementPlan(nodes).place(waiting, store.groupMembers(handle));
        if (!plan.isEmpty()) {
            store.assign(handle, plan);
            LOG.atInfo().addKeyValue("agents", plan.size()).log("agents placed");
        }
        return plan.size();
    }

    private int move(Handle handle, List<Candidate> nodes) {
        boolean isUneven = nodes.stream().anyMatch(Candidate::isDraining)
                || nodes.stream().mapToInt(Candidate::load).max().orElse(0)
                                - nodes.stream().mapToInt(Candidate::load).min().orElse(0)
                        > 1;
        if (nodes.size() < 2 || !isUneven || store.leavingNow(handle) > 0) {
            return 0;
        }
        List<Placed> running = store.running(handle);
        int most = Math.max(1, (int) (running.size() * LARGEST_MOVE));
        List<AgentRef> leaving = new PlacementPlan(nodes).leave(running, most);
        if (!leaving.isEmpty()) {
            store.askToLeave(handle, leaving);
            LOG.atInfo().addKeyValue("agents", leaving.size()).log("agents asked to move");
        }
        return leaving.size();
    }
}

package dev.mainstay.agents.builtin;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.AgentState;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.telemetry.Severity;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// `agent_coordinator`: measures the life cycle and placement of its organization's agents each tick, and tells of an
/// agent once when no living node knows its kind, and when one does again. Used by one tick at a time.
///
/// It reports and does not decide: placement is a duty of the engine, so that agents are placed while this one is not.
final class CoordinatorAgent implements Agent {
    private final PlacementView view;
    private final Set<String> waiting = new HashSet<>();

    CoordinatorAgent(PlacementView view) {
        this.view = view;
    }

    @Override
    public WorkResult tick(AgentContext context) {
        PlacementView.Fleet fleet = view.look(context.agent().organization());
        long agents =
                fleet.states().values().stream().mapToLong(Long::longValue).sum();
        measure(context, fleet);
        tell(context, fleet);
        return WorkResult.processed(agents);
    }

    /// All states, also those nobody is in, so that a line in a chart comes down to zero.
    private static void measure(AgentContext context, PlacementView.Fleet fleet) {
        for (AgentState state : AgentState.values()) {
            long count = fleet.states().getOrDefault(state.word(), 0L);
            context.metric("fleet.agents", (double) count, "agents", Map.of("state", state.word()));
        }
        context.metric("fleet.waiting", fleet.waiting().size(), "agents");
        context.metric("fleet.slots", (double) fleet.slots(), "slots");
        context.metric("fleet.nodes", fleet.nodes().size(), "nodes");
        context.metric("fleet.nodes.draining", (double) fleet.draining(), "nodes");
        fleet.nodes()
                .forEach((node, count) ->
                        context.metric("fleet.node.agents", (double) count, "agents", Map.of("node", node)));
    }

    private void tell(AgentContext context, PlacementView.Fleet fleet) {
        for (PlacementView.Waiting agent : fleet.waiting()) {
            if (waiting.add(agent.agent())) {
                context.event(
                        "agent.waiting",
                        Severity.WARNING,
                        agent.agent() + " cannot be placed: no living node knows the kind " + agent.kind(),
                        Map.of("agent", agent.agent(), "kind", agent.kind()));
            }
        }
        Set<String> still =
                fleet.waiting().stream().map(PlacementView.Waiting::agent).collect(Collectors.toSet());
        for (String agent : Set.copyOf(waiting)) {
            if (!still.contains(agent)) {
                waiting.remove(agent);
                context.event(
                        "agent.placeable",
                        Severity.INFO,
                        agent + " can be placed, or is not wanted any more",
                        Map.of("agent", agent));
            }
        }
    }
}

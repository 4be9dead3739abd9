package dev.mainstay.cluster;

import dev.mainstay.AgentRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Decides which node runs which agent: the least loaded one that offers its kind; members of a group together. A pure
/// function of what the database showed. Not thread-safe.
final class PlacementPlan {
    private final Map<UUID, Integer> loads = new LinkedHashMap<>();
    private final List<Candidate> nodes;

    /// A living node. `isSettled` is false for one that has just joined or is about to go: it gets no
    /// agents moved to it.
    record Candidate(UUID session, String node, Set<String> kinds, boolean isDraining, boolean isSettled, int load) {}

    /// An agent to be placed or already placed.
    ///
    /// @param holder the session that runs it; null while it waits
    /// @param avoid a node that is not to have it while there is another
    record Placed(
            AgentRef agent,
            String kind,
            @Nullable String group,
            @Nullable UUID holder,
            @Nullable String avoid) {
        private Object unit() {
            return group == null ? agent : List.of(agent.organization(), group);
        }
    }

    record Placing(AgentRef agent, UUID session) {}

    PlacementPlan(List<Candidate> nodes) {
        this.nodes = nodes;
        nodes.forEach(node -> loads.put(node.session(), node.load()));
    }

    /// Where each waiting agent goes; one whose kind no node offers stays waiting.
    ///
    /// @param grouped where members of groups run now
    List<Placing> place(List<Placed> waiting, List<Placed> grouped) {
        Map<Object, UUID> groupHomes = new LinkedHashMap<>();
        for (Placed member : grouped) {
            if (member.holder() != null && isOpen(member.holder())) {
                groupHomes.put(member.unit(), member.holder());
            }
        }
        List<Placing> plan = new ArrayList<>();
        for (Placed agent : waiting) {
            UUID home = groupHomes.get(agent.unit());
            Optional<UUID> session = home != null ? Optional.of(home) : leastLoaded(agent);
            session.ifPresent(chosen -> {
                groupHomes.put(agent.unit(), chosen);
                loads.merge(chosen, 1, Integer::sum);
                plan.add(new Placing(agent.agent(), chosen));
            });
        }
        return plan;
    }

    private boolean isOpen(UUID session) {
        return nodes.stream().anyMatch(node -> node.session().equals(session) && !node.isDraining());
    }

    private Optional<UUID> leastLoaded(Placed agent) {
        return nodes.stream()
                .filter(node -> !node.isDraining() && node.kinds().contains(agent.kind()))
                .min(Comparator.comparing((Candidate node) -> node.node().equals(agent.avoid()))
                        .thenComparingInt(this::load)
                        .thenComparing(Candidate::node))
                .map(Candidate::session);
    }

    private int load(Candidate node) {
        return loads.getOrDefault(node.session(), 0);
    }

    /// Which running agents should leave their node: all of a draining one that another can run, and from the fullest
    /// nodes as many as make the loads differ by at most one. No more than `most` at once.
    List<AgentRef> leave(List<Placed> running, int most) {
        List<AgentRef> leaving = new ArrayList<>();
        for (Placed agent : running) {
            if (leaving.size() >= most) {
                break;
            }
            UUID from = agent.holder();
            Optional<Candidate> target = from == null ? Optional.empty() : betterNode(agent, from);
            if (from != null && target.isPresent()) {
                loads.merge(from, -1, Integer::sum);
                loads.merge(target.get().session(), 1, Integer::sum);
                leaving.add(agent.agent());
            }
        }
        return leaving;
    }

    private Optional<Candidate> betterNode(Placed agent, UUID from) {
        boolean mustLeave = !isOpen(from);
        return nodes.stream()
                .filter(node -> !node.session().equals(from) && !node.isDraining())
                .filter(node -> node.kinds().contains(agent.kind()))
                .filter(node -> mustLeave || !node.node().equals(agent.avoid()))
                .filter(node -> mustLeave
                        || (agent.group() == null && node.isSettled() && load(node) + 1 < loads.getOrDefault(from, 0)))
                .min(Comparator.comparingInt(this::load));
    }
}

package dev.mainstay.server.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Puts the agents first that a person should look at first. Stateless.
///
/// What broke comes before what is a problem in another way, that before what works but failed the last time, and
/// within each of these the least healthy; agents that nobody wants to run are last.
final class Urgency {
    private static final List<String> BROKEN = List.of("quarantined", "failed", "recovering");
    private static final int PROBLEM = BROKEN.size();
    private static final int FAILING = PROBLEM + 1;
    private static final int WELL = FAILING + 1;
    private static final int AT_REST = WELL + 1;
    private static final double UNKNOWN = 101;

    private Urgency() {}

    /// @param overview names those with a problem
    static List<JsonNode> worstFirst(List<JsonNode> agents, JsonNode overview) {
        var problems = overview.path("problems")
                .valueStream()
                .map(problem -> problem.path("agent").asString(""))
                .collect(Collectors.toSet());
        return agents.stream()
                .sorted(Comparator.comparingInt((JsonNode agent) -> rank(agent, problems))
                        .thenComparingDouble(agent -> agent.path("health").asDouble(UNKNOWN))
                        .thenComparing(agent -> agent.path("id").asString("")))
                .toList();
    }

    private static int rank(JsonNode agent, Set<String> problems) {
        var state = agent.path("state").asString("");
        if (BROKEN.contains(state)) {
            return BROKEN.indexOf(state);
        }
        if (problems.contains(agent.path("id").asString(""))) {
            return PROBLEM;
        }
        return switch (state) {
            case "inactive", "shutdown" -> AT_REST;
            // The last error is forgotten with the next tick that succeeds.
            default -> agent.path("lastError").asString("").isEmpty() ? WELL : FAILING;
        };
    }
}

package dev.mainstay.server.stream;

import dev.mainstay.agent.AgentRow;
import dev.mainstay.health.HealthRow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The fleet at a glance. Immutable.
///
/// @param at the time of the database when it was read
record Overview(Instant at, Counts agents, int nodes, HealthRow health, List<FleetProblem> problems, Minutes minutes) {

    /// How many agents there are of what.
    record Counts(int total, Map<String, Long> byState, Map<String, Long> byDesired) {
        static Counts of(List<FleetEntry> entries) {
            return new Counts(entries.size(), by(entries, AgentRow::state), by(entries, AgentRow::desired));
        }

        private static Map<String, Long> by(List<FleetEntry> entries, Function<AgentRow, String> word) {
            return entries.stream()
                    .collect(
                            Collectors.groupingBy(entry -> word.apply(entry.row), TreeMap::new, Collectors.counting()));
        }
    }

    /// The last half hour, a number a minute; null where nothing is stored.
    record Minutes(
            Instant from,
            String step,
            List<@Nullable Long> ticks,
            List<@Nullable Long> failures,
            List<@Nullable Double> health) {}

    /// Whether it shows the same, whenever it was read.
    boolean shows(Overview other) {
        return agents.equals(other.agents)
                && nodes == other.nodes
                && health.equals(other.health)
                && problems.equals(other.problems)
                && minutes.equals(other.minutes);
    }
}

package dev.mainstay.bench.report;

import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// All that a bench has to say. Immutable and thread-safe.
///
/// @param commit what was measured, as `git describe` names it
public record Report(
        String name, Map<String, Double> figures, Map<String, Goal> goals, Machine machine, String commit) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    public Report {
        for (String goal : goals.keySet()) {
            if (!figures.containsKey(goal)) {
                throw new IllegalArgumentException("bench " + name + " did not measure its goal " + goal);
            }
        }
    }

    /// One object in one line.
    public String json() {
        return MAPPER.writeValueAsString(this);
    }

    /// For people.
    public String table() {
        String rows = figures.entrySet().stream()
                .map(figure ->
                        "%-28s %14s  %s%n".formatted(figure.getKey(), Figures.text(figure.getValue()), verdict(figure)))
                .collect(Collectors.joining());
        return "%s at %s%non %s, %d cores, load %s, JDK %s, PostgreSQL %s%n%n%s"
                .formatted(
                        name,
                        commit,
                        machine.cpu(),
                        machine.cores(),
                        machine.load(),
                        machine.jdk(),
                        machine.postgres(),
                        rows);
    }

    private String verdict(Map.Entry<String, Double> figure) {
        Goal goal = goals.get(figure.getKey());
        return goal == null ? "" : (goal.isMetBy(figure.getValue()) ? "met    " : "missed ") + goal;
    }
}

package dev.mainstay.health;

import dev.mainstay.AgentRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The score of all agents of one organization that should run: the mean of theirs, each agent counting the same.
/// Stateless.
final class SystemHealth {
    private SystemHealth() {}

    /// @param scores at least one
    static HealthScore of(UUID organization, List<HealthScore> scores) {
        List<HealthPart> parts = new ArrayList<>();
        for (HealthPart named : scores.getFirst().parts()) {
            parts.add(part(named.name(), named.weight(), scores));
        }
        double mean = scores.stream().mapToDouble(HealthScore::score).average().orElseThrow();
        return new HealthScore(new AgentRef(organization, ""), mean, parts);
    }

    /// The mean of the parts that could be judged; what it costs is the mean of what it costs the agents.
    private static HealthPart part(String name, double weight, List<HealthScore> scores) {
        List<HealthScore> judged = scores.stream()
                .filter(score -> score.part(name).score() != null)
                .toList();
        Map<String, @Nullable Object> evidence = new LinkedHashMap<>();
        evidence.put("agents", scores.size());
        evidence.put("judged", judged.size());
        evidence.put("rows", "/api/v1/agents");
        if (judged.isEmpty()) {
            return HealthPart.unjudged(name, weight, evidence, "of no agent");
        }
        HealthScore worst = judged.stream()
                .min(Comparator.comparingDouble(score -> points(score.part(name))))
                .orElseThrow();
        evidence.put("lowestAgent", worst.agent().id());
        evidence.put("lowestScore", points(worst.part(name)));
        double value = judged.stream()
                .mapToDouble(score -> value(score.part(name)))
                .average()
                .orElseThrow();
        double points = judged.stream()
                .mapToDouble(score -> points(score.part(name)))
                .average()
                .orElseThrow();
        double lost = scores.stream()
                .mapToDouble(score -> score.part(name).lost())
                .average()
                .orElseThrow();
        return new HealthPart(name, weight, value, points, lost, evidence);
    }

    private static double points(HealthPart part) {
        return part.score() == null ? 0 : part.score();
    }

    private static double value(HealthPart part) {
        return part.value() == null ? 0 : part.value();
    }
}

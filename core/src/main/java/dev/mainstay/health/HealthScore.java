package dev.mainstay.health;

import dev.mainstay.AgentRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How well an agent does, 0 to 100, with the parts it is made of. Immutable and thread-safe.
///
/// @param agent whose score it is; with an empty id the whole system's
public record HealthScore(AgentRef agent, double score, List<HealthPart> parts) {
    public HealthScore {
        parts = List.copyOf(parts);
    }

    /// The weighted mean of the parts that could be judged; empty when none could, or only the
    /// machine's resources, which alone say nothing of the agent.
    static Optional<HealthScore> of(AgentRef agent, List<HealthPart> parts) {
        List<HealthPart> known =
                parts.stream().filter(part -> part.score() != null).toList();
        double judged = known.stream().mapToDouble(HealthPart::weight).sum();
        if (judged == 0 || known.stream().allMatch(part -> part.name().equals(HealthParts.RESOURCES))) {
            return Optional.empty();
        }
        List<HealthPart> costed =
                parts.stream().map(part -> part.costing(judged)).toList();
        double lost = costed.stream().mapToDouble(HealthPart::lost).sum();
        return Optional.of(new HealthScore(agent, Math.max(0, 100 - lost), costed));
    }

    static Optional<HealthScore> of(Observation seen, HealthWeights weights) {
        return of(
                seen.agent(),
                List.of(
                        HealthParts.uptime(seen, weights.uptime()),
                        HealthParts.performance(seen, weights.performance()),
                        HealthParts.errors(seen, weights.errors()),
                        HealthParts.resources(seen, weights.resources()),
                        HealthParts.business(seen, weights.business())));
    }

    public HealthPart part(String name) {
        return parts.stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a score has no part " + name));
    }

    List<Map<String, @Nullable Object>> plainParts() {
        return parts.stream().map(HealthPart::toPlain).collect(Collectors.toList());
    }
}

package dev.mainstay.health;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One part of a score. Immutable and thread-safe.
///
/// @param value what the rows say, before it is turned into points; null when there was nothing to judge by
/// @param score 0 to 100; null when there was nothing to judge by
/// @param lost the points of the whole score this part takes away
/// @param evidence the stored figures behind the value, and where the API lists their rows
public record HealthPart(
        String name,
        double weight,
        @Nullable Double value,
        @Nullable Double score,
        double lost,
        Map<String, @Nullable Object> evidence) {
    public HealthPart {
        evidence = Collections.unmodifiableMap(new LinkedHashMap<>(evidence));
    }

    static HealthPart judged(
            String name, double weight, double value, double share, Map<String, @Nullable Object> evidence) {
        return new HealthPart(name, weight, value, 100 * clamp(share), 0, evidence);
    }

    static HealthPart unjudged(String name, double weight, Map<String, @Nullable Object> evidence, String why) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>(evidence);
        told.put("notJudged", why);
        return new HealthPart(name, weight, null, null, 0, told);
    }

    private static double clamp(double share) {
        return Math.max(0, Math.min(1, share));
    }

    /// This part with what it costs when the judged parts weigh `judgedWeight` together.
    HealthPart costing(double judgedWeight) {
        double points = score == null || judgedWeight == 0 ? 0 : weight / judgedWeight * (100 - score);
        return new HealthPart(name, weight, value, score, points, evidence);
    }

    /// As it stands in `agent_health.parts` and in the API.
    Map<String, @Nullable Object> toPlain() {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        plain.put("name", name);
        plain.put("weight", weight);
        plain.put("value", value);
        plain.put("score", score);
        plain.put("lost", lost);
        plain.put("evidence", evidence);
        return plain;
    }
}

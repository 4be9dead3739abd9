package dev.mainstay.health;

import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a score is computed with beside the rows of its window. It changes seldom and is kept each time it does, so
/// that a score of the past can be computed again. Immutable and thread-safe.
///
/// @param since the window begins no earlier than that, whatever its length
record HealthBasis(
        Instant since,
        Duration heartbeat,
        Duration deadline,
        @Nullable Duration every,
        @Nullable String node,
        @Nullable String group,
        Duration window,
        HealthWeights weights) {

    /// Everything but [#since], as it is stored.
    String json() {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        plain.put("heartbeat", heartbeat.toString());
        plain.put("deadline", deadline.toString());
        plain.put("every", every == null ? null : every.toString());
        plain.put("node", node);
        plain.put("group", group);
        plain.put("window", window.toString());
        plain.put(
                "weights",
                List.of(
                        weights.uptime(),
                        weights.performance(),
                        weights.errors(),
                        weights.resources(),
                        weights.business()));
        return Jsonb.any(plain);
    }

    static Duration window(Map<String, Object> stored) {
        return Duration.parse(String.valueOf(stored.get("window")));
    }

    static HealthWeights weights(Map<String, Object> stored) {
        double[] weights = stored.get("weights") instanceof List<?> numbers
                ? numbers.stream()
                        .mapToDouble(each -> ((Number) each).doubleValue())
                        .toArray()
                : new double[0];
        return new HealthWeights(weights[0], weights[1], weights[2], weights[3], weights[4]);
    }
}

package dev.mainstay.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// The bound a figure should keep; in JSON `{"atMost": 20.0}` or `{"atLeast": 5000.0}`. Immutable and thread-safe.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Goal(@Nullable Double atMost, @Nullable Double atLeast) {
    public static Goal atMost(double bound) {
        return new Goal(bound, null);
    }

    public static Goal atLeast(double bound) {
        return new Goal(null, bound);
    }

    public boolean isMetBy(double figure) {
        return (atMost == null || figure <= atMost) && (atLeast == null || figure >= atLeast);
    }

    @Override
    public String toString() {
        return atMost != null ? "≤ " + Figures.text(atMost) : "≥ " + Figures.text(atLeast == null ? 0 : atLeast);
    }
}

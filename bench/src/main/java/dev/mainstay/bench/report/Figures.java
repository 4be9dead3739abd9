package dev.mainstay.bench.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;

/// What was measured, by name, in the order it was measured. Four significant digits are kept: more would be noise.
///
/// Used by one thread.
public final class Figures {
    private static final MathContext DIGITS = new MathContext(4);
    private static final double ALWAYS_EXACT = 10_000;

    private final Map<String, Double> values = new LinkedHashMap<>();

    public Figures add(String name, double value) {
        values.put(name, rounded(value));
        return this;
    }

    /// The median under `name` itself, and what it lies between.
    public Figures addMedian(String name, Samples samples) {
        return add(name, samples.median()).add(name + "Min", samples.min()).add(name + "Max", samples.max());
    }

    private static double rounded(double value) {
        boolean isCount = value == Math.rint(value);
        if (isCount || !Double.isFinite(value)) {
            return value;
        }
        return Math.abs(value) >= ALWAYS_EXACT
                ? Math.rint(value)
                : new BigDecimal(value).round(DIGITS).doubleValue();
    }

    public Map<String, Double> values() {
        return values;
    }

    static String text(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}

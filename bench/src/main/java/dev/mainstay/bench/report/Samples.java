package dev.mainstay.bench.report;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.DoubleStream;

/// Repeats of one measurement. Immutable and thread-safe.
public final class Samples {
    private final double[] sorted;

    private Samples(double[] sorted) {
        this.sorted = sorted;
    }

    public static Samples of(Collection<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("there is no median of nothing");
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Samples(sorted);
    }

    /// These and those.
    public Samples and(Samples others) {
        return of(DoubleStream.concat(Arrays.stream(sorted), Arrays.stream(others.sorted))
                .boxed()
                .toList());
    }

    /// The middle one, or the mean of the two in the middle.
    public double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// The smallest sample that at least `percent` of all do not exceed (the nearest-rank method), never one in
    /// between: a percentile of few samples is one that was seen.
    public double percentile(double percent) {
        if (percent <= 0 || percent > 100) {
            throw new IllegalArgumentException("percent must be above 0 and at most 100, was " + percent);
        }
        return sorted[(int) Math.ceil(percent / 100 * sorted.length) - 1];
    }

    public double min() {
        return sorted[0];
    }

    public double max() {
        return sorted[sorted.length - 1];
    }

    public int size() {
        return sorted.length;
    }

    @Override
    public String toString() {
        return Arrays.toString(sorted);
    }
}

package dev.mainstay.bench.anomaly;

import java.util.List;

/// One file of the Numenta benchmark. Immutable, since nobody writes to the arrays, and thread-safe.
final class LabelledSeries {
    private static final double PROBATION = 0.15;
    private static final int LONGEST_PROBATION = 750;
    private static final double WEEK = 7.0 * 24 * 3600 * 1000;

    /// Rows from the first to the last, both inside.
    record Span(int first, int last) {
        boolean contains(int row) {
            return row >= first && row <= last;
        }
    }

    private final String name;
    private final long[] times;
    private final double[] values;
    private final List<Span> windows;

    /// A series with its labels.
    ///
    /// @param times milliseconds since 1970
    /// @param windows in which something was wrong, in order
    LabelledSeries(String name, long[] times, double[] values, List<Span> windows) {
        this.name = name;
        this.times = times;
        this.values = values;
        this.windows = List.copyOf(windows);
    }

    String name() {
        return name;
    }

    long time(int row) {
        return times[row];
    }

    double value(int row) {
        return values[row];
    }

    List<Span> windows() {
        return windows;
    }

    int length() {
        return values.length;
    }

    /// The first row that counts.
    int scoredFrom() {
        return Math.min((int) (PROBATION * length()), LONGEST_PROBATION);
    }

    /// How long the part is that counts.
    double weeks() {
        return (times[length() - 1] - times[scoredFrom()]) / WEEK;
    }
}

package dev.mainstay.anomaly;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// How surprising a residual is, judged by those before it. Not thread-safe.
///
/// A histogram of logarithms (four buckets an octave, 24 octaves around the first residual) in which the past fades by
/// a factor e every 8,000 residuals. The surprise is −log₁₀ of the share of residuals as large as this one, and beyond
/// the 99th percentile the logarithm of how far beyond is added, since the histogram has no more to say there.
final class SurpriseTail implements Remembered {
    static final int BUCKETS = 96;
    private static final int MIDDLE = BUCKETS / 2;
    private static final int AN_OCTAVE = 4;
    private static final double FADING = 1 / (1 - 1 / 8000.0);
    private static final double RENEWED = 1e6;
    private static final double HIDDEN = 0.95;
    private static final int FEWEST = 30;
    private static final double MOST_EXCESS = 6;
    private static final double LOG2 = Math.log(2);

    private final float[] weights = new float[BUCKETS];
    private double total;
    private double increment = 1;
    private double middle = Double.NaN;
    private int seen;
    private double limit;

    /// The surprise at a residual of 0 or more, which is learned afterwards.
    double observe(double residual) {
        int bucket = bucket(residual);
        double surprise = surprise(residual, bucket);
        add(bucket);
        return surprise;
    }

    /// Learns that there was none on this side.
    void addNone() {
        add(0);
    }

    private double surprise(double residual, int bucket) {
        double above = 0;
        for (int i = BUCKETS - 1; i > bucket; i--) {
            above += weights[i];
        }
        above += weights[bucket] / 2;
        limit = percentile();
        if (seen < FEWEST) {
            return 0;
        }
        double share = (above / increment + 0.5) / (total / increment + 1);
        return excess(residual) - Math.log10(share);
    }

    private double excess(double residual) {
        return limit > 0 && residual > limit ? Math.min(MOST_EXCESS, Math.log(residual / limit) / LOG2) : 0;
    }

    /// The upper edge of the bucket that holds the 99th percentile; 0 where that is no residual at all.
    private double percentile() {
        double above = 0;
        for (int i = BUCKETS - 1; i > 0; i--) {
            above += weights[i];
            if (above > 0.01 * total) {
                return Math.exp(((i + 1 - MIDDLE) / (double) AN_OCTAVE + middle) * LOG2);
            }
        }
        return 0;
    }

    private int bucket(double residual) {
        if (!(residual > 0)) {
            return 0;
        }
        double octave = Math.log(residual) / LOG2;
        if (Double.isNaN(middle)) {
            middle = octave;
        }
        int missing = place(octave) - (BUCKETS - 1);
        if (missing > 0) {
            raise(missing);
        }
        return Math.clamp(place(octave), 1, BUCKETS - 1);
    }

    private int place(double octave) {
        return (int) Math.floor((octave - middle) * AN_OCTAVE) + MIDDLE;
    }

    /// Makes room at the top, where it matters, as long as nine tenths of the residuals do not end up at the bottom.
    private void raise(int missing) {
        int by = Math.min(missing, bulk() - AN_OCTAVE);
        for (int i = 2; by > 0 && i < BUCKETS; i++) {
            float weight = weights[i];
            weights[i] = 0;
            weights[Math.max(1, i - by)] += weight;
        }
        middle += (double) Math.max(0, by) / AN_OCTAVE;
    }

    /// The bucket up to which nine tenths of the residuals are that were none.
    private int bulk() {
        double left = (total - weights[0]) / 10;
        int bucket = BUCKETS - 1;
        while (bucket > 1 && left >= weights[bucket]) {
            left -= weights[bucket--];
        }
        return bucket;
    }

    private void add(int bucket) {
        weights[bucket] += (float) increment;
        total += increment;
        increment *= FADING;
        seen = Math.min(seen + 1, FEWEST);
        if (increment > RENEWED) {
            renew();
        }
        if (bucket == 1 && weights[1] > HIDDEN * (total - weights[0])) {
            forget(); // what it began with was so large that all others are alike
        }
    }

    private void renew() {
        for (int i = 0; i < BUCKETS; i++) {
            weights[i] = (float) (weights[i] / increment);
        }
        total /= increment;
        increment = 1;
    }

    private void forget() {
        Arrays.fill(weights, 0);
        total = 0;
        middle = Double.NaN;
        seen = 0;
    }

    /// What 99 of 100 residuals were at most, as of the newest; 0 while unknown.
    double limit() {
        return limit;
    }

    @Override
    public void write(ByteBuffer to) {
        Floats.write(weights, to);
        to.putDouble(total).putDouble(increment).putDouble(middle).putInt(seen).putDouble(limit);
    }

    @Override
    public void read(ByteBuffer from) {
        Floats.read(weights, from);
        total = from.getDouble();
        increment = from.getDouble();
        middle = from.getDouble();
        seen = from.getInt();
        limit = from.getDouble();
    }
}

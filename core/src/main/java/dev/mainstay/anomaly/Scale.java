package dev.mainstay.anomaly;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Turns the values of a series into floats around 0. Not thread-safe.
///
/// Half of the digits suffice to compare values, and the state is half as large; which half is told by the first 32
/// values: their median is the origin and the median distance from it the unit, so that a few bad first readings do
/// not matter. Everything is shifted down by powers of two before it is subtracted, so that no finite value overflows.
final class Scale implements Remembered {
    static final int FIRST = 32;
    private static final double SHIFT = 0x1p-8;
    private static final float MOST = 0x1p60f;
    private static final float COARSE = 0x1p20f;
    private static final int OUTGROWN = 288;

    private final double[] first = new double[FIRST];
    private int held;
    private double origin;
    private double unit;
    private int coarse;

    /// Whether there are enough values to choose by; until then they are held.
    boolean isChosen() {
        return held == FIRST;
    }

    /// Holds one of the first values.
    void hold(double value) {
        first[held++] = value;
        if (isChosen()) {
            choose();
        }
    }

    private void choose() {
        double[] sorted = first.clone();
        Arrays.sort(sorted);
        origin = sorted[FIRST / 2];
        for (int i = 0; i < FIRST; i++) {
            sorted[i] = Math.abs(first[i] * SHIFT - origin * SHIFT);
        }
        Arrays.sort(sorted);
        unit = usable(sorted[FIRST / 2], sorted[FIRST - 1]);
    }

    /// In shifted terms. Where most values are the same the largest distance serves, and 1 where all are.
    private static double usable(double median, double largest) {
        double chosen = median > 0 ? median : largest > 0 ? largest : SHIFT;
        return Math.max(chosen, 0x1p-1000);
    }

    float of(double value) {
        double scaled = (value * SHIFT - origin * SHIFT) / unit;
        float clamped = (float) Math.clamp(scaled, -MOST, MOST);
        coarse = Math.abs(clamped) > COARSE ? coarse + 1 : 0;
        return clamped;
    }

    /// Back in the terms of the series; finite.
    double value(double scaled) {
        double value = (scaled * unit + origin * SHIFT) / SHIFT;
        return Math.clamp(value, -Double.MAX_VALUE, Double.MAX_VALUE);
    }

    /// Whether the values have long been so far from the origin that floats would hide what happens among them.
    boolean isOutgrown() {
        return coarse >= OUTGROWN;
    }

    /// The values the choice was made by, which are the first to be learned.
    double[] first() {
        return first;
    }

    @Override
    public void write(ByteBuffer to) {
        to.putInt(held).putInt(coarse).putDouble(origin).putDouble(unit);
        for (double value : first) {
            to.putDouble(isChosen() ? 0 : value);
        }
    }

    @Override
    public void read(ByteBuffer from) {
        held = from.getInt();
        coarse = from.getInt();
        origin = from.getDouble();
        unit = from.getDouble();
        for (int i = 0; i < FIRST; i++) {
            first[i] = from.getDouble();
        }
    }
}

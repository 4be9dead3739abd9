package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// What the values were at each time of a day or a week, in UTC. Not thread-safe.
///
/// A slot forgets by visits, not by points: whether a day has six points of it or 1,800, each visit weighs 15 %.
final class Slots implements Remembered {
    private static final double VISIT = 0.15;
    private static final int ENOUGH = 10_000;

    private final long period;
    private final float[] levels;
    private final short[] counts;
    private long knownInterval = -1;
    private double knownRate;

    private Slots(long period, int count) {
        this.period = period;
        this.levels = new float[count];
        this.counts = new short[count];
    }

    /// Of half an hour each.
    static Slots ofDay() {
        return new Slots(Wording.DAY, 48);
    }

    /// Of an hour each.
    static Slots ofWeek() {
        return new Slots(7 * Wording.DAY, 168);
    }

    /// The level of the slot; the fewer values it had and the more `doubts`, the nearer to `otherwise`.
    double expected(long time, double doubts, double otherwise) {
        int slot = slot(time);
        double trust = counts[slot] / (counts[slot] + doubts);
        return trust * levels[slot] + (1 - trust) * otherwise;
    }

    void learn(Sample sample, double value) {
        int slot = slot(sample.time());
        double rate = Math.max(rate(sample.interval()), 1.0 / (counts[slot] + 1));
        levels[slot] += (float) (rate * (value - levels[slot]));
        counts[slot] = (short) Math.min(counts[slot] + 1, ENOUGH);
    }

    private int slot(long time) {
        return (int) (Math.floorMod(time, period) * levels.length / period);
    }

    private double rate(long interval) {
        if (interval != knownInterval) {
            double points = interval > 0 ? Math.max(1.0, (double) period / levels.length / interval) : 1;
            knownRate = 1 - Math.pow(1 - VISIT, 1 / points);
            knownInterval = interval;
        }
        return knownRate;
    }

    @Override
    public void write(ByteBuffer to) {
        Floats.write(levels, to);
        for (short count : counts) {
            to.putShort(count);
        }
    }

    @Override
    public void read(ByteBuffer from) {
        Floats.read(levels, from);
        for (int i = 0; i < counts.length; i++) {
            counts[i] = from.getShort();
        }
    }
}

package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// How far the mean of the last 12 values is from what such means were at this time of the day: small deviations that
/// last. Not thread-safe.
final class SmoothedLevel implements Channel {
    private static final double DOUBTS = 1;
    private static final double FORGETTING = 0.02;

    private final Window window;
    private final Slots day = Slots.ofDay();
    private final TwoSidedTail tail = new TwoSidedTail();
    private double level;
    private int seen;

    SmoothedLevel(Window window) {
        this.window = window;
    }

    @Override
    public double observe(Sample sample) {
        double mean = window.smooth().mean();
        double expected = day.expected(sample.time(), DOUBTS, seen == 0 ? mean : level);
        day.learn(sample, mean);
        seen = Math.min(seen + 1, 1000);
        level += Math.max(FORGETTING, 1.0 / seen) * (mean - level);
        return tail.observe(mean - expected);
    }

    @Override
    public String words(Wording wording) {
        return wording.every(12) + " mean is " + wording.times(tail.times()) + " of its usual deviation for "
                + wording.timeOfDay();
    }

    @Override
    public void write(ByteBuffer to) {
        day.write(to);
        tail.write(to);
        to.putDouble(level).putInt(seen);
    }

    @Override
    public void read(ByteBuffer from) {
        day.read(from);
        tail.read(from);
        level = from.getDouble();
        seen = from.getInt();
    }
}

package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// How far the value is from what it was at this hour of the week. Not thread-safe.
///
/// A slot of the week leans on that of the day while it had few values, and that on the level, so there is an
/// expectation from the second value on, which gets finer with every day and week.
final class SeasonalLevel implements Channel {
    private static final double DAY_DOUBTS = 1;
    private static final double WEEK_DOUBTS = 3;
    private static final double FORGETTING = 0.02;

    private final Slots day = Slots.ofDay();
    private final Slots week = Slots.ofWeek();
    private final TwoSidedTail tail = new TwoSidedTail();
    private double level;
    private int seen;
    private double expected;

    @Override
    public double observe(Sample sample) {
        double value = sample.value();
        long time = sample.time();
        double base = seen == 0 ? value : level;
        expected = week.expected(time, WEEK_DOUBTS, day.expected(time, DAY_DOUBTS, base));
        day.learn(sample, value);
        week.learn(sample, value);
        seen = Math.min(seen + 1, 1000);
        level += Math.max(FORGETTING, 1.0 / seen) * (value - level);
        return tail.observe(value - expected);
    }

    double expected() {
        return expected;
    }

    double residual() {
        return tail.newest();
    }

    double low() {
        return expected + tail.lowest();
    }

    double high() {
        return expected + tail.highest();
    }

    @Override
    public String words(Wording wording) {
        return "value is " + wording.times(tail.times()) + " of its usual deviation for " + wording.hourOfWeek() + " ("
                + wording.value() + ", expected " + wording.number(expected) + ")";
    }

    @Override
    public void write(ByteBuffer to) {
        day.write(to);
        week.write(to);
        tail.write(to);
        to.putDouble(level).putInt(seen).putDouble(expected);
    }

    @Override
    public void read(ByteBuffer from) {
        day.read(from);
        week.read(from);
        tail.read(from);
        level = from.getDouble();
        seen = from.getInt();
        expected = from.getDouble();
    }
}

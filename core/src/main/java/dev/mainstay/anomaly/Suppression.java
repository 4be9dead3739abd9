package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// Lets the first of an incident through and keeps silent while it lasts: only what is an eighth more surprising than
/// the memory of what was told is news. Not thread-safe.
///
/// The memory is one number that halves over a seventh of the series so far (100 points at least): what is rare is rare
/// against how much was seen.
final class Suppression implements Remembered {
    private static final double NEWS = 9 / 8.0;
    private static final double SHARE = 1 / 7.0;
    private static final double FEWEST = 100;
    private static final double LN2 = Math.log(2);

    private double memory;
    private long seen;

    /// The surprise if it is news, else 0.
    double pass(double surprise) {
        memory *= Math.exp(-LN2 / Math.max(FEWEST, SHARE * seen));
        seen++;
        boolean isNews = surprise > NEWS * memory;
        memory = Math.max(memory, surprise);
        return isNews ? surprise : 0;
    }

    @Override
    public void write(ByteBuffer to) {
        to.putDouble(memory).putLong(seen);
    }

    @Override
    public void read(ByteBuffer from) {
        memory = from.getDouble();
        seen = from.getLong();
    }
}

package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// Whether the value stays the same for far longer than it ever did: a sensor that hangs. Not thread-safe.
///
/// The run must be twice as long as the longest that ended, and 24 points at least. A series that never changed has
/// no run that ended, so it is not flat but constant. A run that was told of makes the usual length grow by half only:
/// what hangs again is told of again, and what does so every day is usual after some days.
final class FlatLine implements Channel {
    private static final int FEWEST = 100;
    private static final int SHORTEST = 24;
    private static final int USUAL = 6;
    private static final double MOST = 5;
    /// Surprise for a run ten times as long as usual.
    private static final double SLOPE = 8;

    private int run;
    private int longest;
    private int seen;
    private float last = Float.NaN;

    @Override
    public double observe(Sample sample) {
        if (sample.value() == last) {
            run = Math.min(run + 1, Integer.MAX_VALUE - 1);
        } else {
            longest = isTold() ? usual() + usual() / 2 : Math.max(longest, run);
            run = 1;
            last = sample.value();
        }
        seen = Math.min(seen + 1, FEWEST);
        return surprise();
    }

    private double surprise() {
        return isTold() ? Math.min(MOST, Math.log10((double) run / usual()) * SLOPE) : 0;
    }

    private boolean isTold() {
        return seen >= FEWEST && longest > 0 && run >= SHORTEST && run > 2L * usual();
    }

    private int usual() {
        return Math.max(longest, USUAL);
    }

    @Override
    public String words(Wording wording) {
        return "the same value for " + wording.span(run) + " (" + run + " times), up to " + longest + " are usual";
    }

    @Override
    public void write(ByteBuffer to) {
        to.putInt(run).putInt(longest).putInt(seen).putFloat(last);
    }

    @Override
    public void read(ByteBuffer from) {
        run = from.getInt();
        longest = from.getInt();
        seen = from.getInt();
        last = from.getFloat();
    }
}

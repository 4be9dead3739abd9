package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// How much more, or less, the last 24 steps from value to value are than the 288 before. Not thread-safe.
final class Volatility implements Channel {
    private static final int FEWEST = 24;
    private static final double DAMPING = 0.05;
    private static final double MOST = 20;

    private final Window window;
    private final TwoSidedTail tail = new TwoSidedTail();
    private double ratio;

    Volatility(Window window) {
        this.window = window;
    }

    @Override
    public double observe(Sample sample) {
        RunningSum recent = window.recentSteps();
        RunningSum all = window.allSteps();
        if (all.count() - recent.count() < FEWEST) {
            return 0;
        }
        double now = Math.max(0, recent.mean());
        double before = Math.max(0, all.meanBefore(recent));
        ratio = now / before;
        return tail.observe(change(now, before));
    }

    /// The logarithm of the ratio, damped so that a pause does not weigh more than a burst.
    private static double change(double now, double before) {
        if (before == 0) {
            return now == 0 ? 0 : MOST;
        }
        return Math.min(MOST, Math.log((now + DAMPING * before) / (before + DAMPING * before)));
    }

    @Override
    public String words(Wording wording) {
        return "over " + wording.span(24) + " values moved " + wording.factor(ratio) + " as much as in the "
                + wording.span(288) + " before";
    }

    @Override
    public void write(ByteBuffer to) {
        tail.write(to);
        to.putDouble(ratio);
    }

    @Override
    public void read(ByteBuffer from) {
        tail.read(from);
        ratio = from.getDouble();
    }
}

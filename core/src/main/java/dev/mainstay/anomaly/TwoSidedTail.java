package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// Surprise at residuals that have a direction: up and down each have a tail of their own, since most series are far
/// from symmetric. Not thread-safe.
final class TwoSidedTail implements Remembered {
    private final SurpriseTail up = new SurpriseTail();
    private final SurpriseTail down = new SurpriseTail();
    private double newest;

    double observe(double residual) {
        newest = residual;
        if (residual >= 0) {
            down.addNone();
            return up.observe(residual);
        }
        up.addNone();
        return down.observe(-residual);
    }

    /// How many times what 99 of 100 residuals in its direction keep the newest one is.
    double times() {
        double limit = newest >= 0 ? up.limit() : down.limit();
        return Math.abs(newest) / limit;
    }

    double newest() {
        return newest;
    }

    double highest() {
        return up.limit();
    }

    double lowest() {
        return -down.limit();
    }

    @Override
    public void write(ByteBuffer to) {
        up.write(to);
        down.write(to);
        to.putDouble(newest);
    }

    @Override
    public void read(ByteBuffer from) {
        up.read(from);
        down.read(from);
        newest = from.getDouble();
    }
}

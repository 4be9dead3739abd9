package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// How far the mean of the last 48 values has moved from that of the 288 before them. Not thread-safe.
final class LevelShift implements Channel {
    private static final int FEWEST = 26;

    private final Window window;
    private final TwoSidedTail tail = new TwoSidedTail();

    LevelShift(Window window) {
        this.window = window;
    }

    @Override
    public double observe(Sample sample) {
        RunningSum recent = window.recent();
        RunningSum all = window.all();
        return all.count() - recent.count() < FEWEST ? 0 : tail.observe(recent.mean() - all.meanBefore(recent));
    }

    @Override
    public String words(Wording wording) {
        return wording.every(48) + " mean has " + (tail.newest() < 0 ? "fallen" : "risen") + " against that of the "
                + wording.span(288) + " before by " + wording.times(tail.times()) + " of such moves";
    }

    @Override
    public void write(ByteBuffer to) {
        tail.write(to);
    }

    @Override
    public void read(ByteBuffer from) {
        tail.read(from);
    }
}

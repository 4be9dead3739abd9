package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// Whether far more time passed without a point than ever did: told by the first point after it. Not thread-safe.
final class MissingPoints implements Channel {
    private static final int FEWEST = 30;
    private static final double LEAST_RATIO = 3;
    private static final double MOST = 6;
    private static final double LOG2 = Math.log(2);

    private long longest;
    private long former;
    private int seen;

    @Override
    public double observe(Sample sample) {
        long step = sample.step();
        if (step == 0) {
            return 0;
        }
        former = longest;
        longest = Math.max(longest, step);
        seen = Math.min(seen + 1, FEWEST + 1);
        double ratio = former == 0 ? 0 : (double) step / former;
        return seen <= FEWEST || ratio < LEAST_RATIO ? 0 : Math.min(MOST, 2 + 2 * Math.log(ratio / 2) / LOG2);
    }

    @Override
    public String words(Wording wording) {
        return "no value for " + wording.duration(longest) + ", the longest gap before was " + wording.duration(former);
    }

    @Override
    public void write(ByteBuffer to) {
        to.putLong(longest).putLong(former).putInt(seen);
    }

    @Override
    public void read(ByteBuffer from) {
        longest = from.getLong();
        former = from.getLong();
        seen = from.getInt();
    }
}

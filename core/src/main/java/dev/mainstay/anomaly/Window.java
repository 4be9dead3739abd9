package dev.mainstay.anomaly;

import java.nio.ByteBuffer;
import java.util.List;

/// The last 336 values, and means over parts of them. Not thread-safe.
final class Window implements Remembered {
    static final int LENGTH = 336;

    private final float[] ring = new float[LENGTH + 1];
    private long seen;

    private final RunningSum smooth = RunningSum.ofValues(12);
    private final RunningSum recent = RunningSum.ofValues(48);
    private final RunningSum all = RunningSum.ofValues(LENGTH);
    private final RunningSum recentSteps = RunningSum.ofSteps(24);
    private final RunningSum allSteps = RunningSum.ofSteps(24 + 288);
    private final List<RunningSum> sums = List.of(smooth, recent, all, recentSteps, allSteps);

    void push(float value) {
        ring[(int) (seen % ring.length)] = value;
        seen++;
        boolean isRoundComplete = seen % ring.length == 0;
        for (int i = 0; i < sums.size(); i++) {
            RunningSum sum = sums.get(i);
            sum.push(this);
            if (isRoundComplete) {
                sum.recompute(this); // rounding must not pile up
            }
        }
    }

    /// The value so many points ago; 0 is the newest.
    float ago(int points) {
        return ring[(int) ((seen - 1 - points) % ring.length)];
    }

    long seen() {
        return seen;
    }

    RunningSum smooth() {
        return smooth;
    }

    RunningSum recent() {
        return recent;
    }

    RunningSum all() {
        return all;
    }

    RunningSum recentSteps() {
        return recentSteps;
    }

    RunningSum allSteps() {
        return allSteps;
    }

    @Override
    public void write(ByteBuffer to) {
        Floats.write(ring, to);
        to.putLong(seen);
        sums.forEach(sum -> sum.write(to));
    }

    @Override
    public void read(ByteBuffer from) {
        Floats.read(ring, from);
        seen = from.getLong();
        sums.forEach(sum -> sum.read(from));
    }
}

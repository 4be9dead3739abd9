package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// The sum of the last values of a window, or of the steps between them regardless of direction. Not thread-safe.
final class RunningSum implements Remembered {
    private final int length;
    private final boolean ofSteps;
    private double total;
    private int count;

    private RunningSum(int length, boolean ofSteps) {
        this.length = length;
        this.ofSteps = ofSteps;
    }

    static RunningSum ofValues(int length) {
        return new RunningSum(length, false);
    }

    static RunningSum ofSteps(int length) {
        return new RunningSum(length, true);
    }

    /// After the window took a value.
    void push(Window window) {
        if (ofSteps && window.seen() < 2) {
            return;
        }
        total += term(window, 0);
        if (count < length) {
            count++;
        } else {
            total -= term(window, length);
        }
    }

    void recompute(Window window) {
        total = 0;
        for (int i = 0; i < count; i++) {
            total += term(window, i);
        }
    }

    private double term(Window window, int ago) {
        double value = window.ago(ago);
        return ofSteps ? Math.abs(value - window.ago(ago + 1)) : value;
    }

    double total() {
        return total;
    }

    int count() {
        return count;
    }

    double mean() {
        return total / count;
    }

    /// The mean of what this has beyond `part`, which holds the newest of it.
    double meanBefore(RunningSum part) {
        return (total - part.total) / (count - part.count);
    }

    @Override
    public void write(ByteBuffer to) {
        to.putDouble(total).putInt(count);
    }

    @Override
    public void read(ByteBuffer from) {
        total = from.getDouble();
        count = from.getInt();
    }
}

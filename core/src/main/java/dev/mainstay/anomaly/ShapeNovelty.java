package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// How far the course of the last 40 values is from the nearest of those remembered. Not thread-safe.
///
/// A streaming discord: the window is brought down to eight means of five, and the distance to the nearest neighbour
/// among earlier windows is the residual. 96 of them are remembered, one every five points, oldest out first; the
/// newest eight overlap with the window itself and wait until they no longer do.
final class ShapeNovelty implements Channel {
    private static final int PARTS = 8;
    private static final int PART = 5;
    private static final int COMPARED = 96;
    private static final int ROWS = COMPARED + PARTS;

    private final Window window;
    private final float[] shapes = new float[ROWS * PARTS];
    private final float[] shape = new float[PARTS];
    private long stored;
    private final SurpriseTail tail = new SurpriseTail();
    private double distance;

    ShapeNovelty(Window window) {
        this.window = window;
    }

    @Override
    public double observe(Sample sample) {
        if (window.seen() < PARTS * PART) {
            return 0;
        }
        describe();
        double surprise = 0;
        if (stored > PARTS) {
            distance = nearest();
            surprise = tail.observe(distance);
        }
        if (window.seen() % PART == 0) {
            System.arraycopy(shape, 0, shapes, (int) (stored++ % ROWS) * PARTS, PARTS);
        }
        return surprise;
    }

    private void describe() {
        int ago = PARTS * PART;
        for (int part = 0; part < PARTS; part++) {
            float sum = 0;
            for (int i = 0; i < PART; i++) {
                sum += window.ago(--ago);
            }
            shape[part] = sum / PART;
        }
    }

    private double nearest() {
        float best = Float.MAX_VALUE;
        long last = stored - PARTS;
        for (long row = Math.max(0, stored - ROWS); row < last; row++) {
            best = Math.min(best, distance((int) (row % ROWS) * PARTS, best));
        }
        return best;
    }

    /// The mean difference between the parts, or more than `enough` once it is clear that it is larger.
    private float distance(int row, float enough) {
        float sum = 0;
        for (int part = 0; part < PARTS && sum < enough * PARTS; part++) {
            sum += Math.abs(shapes[row + part] - shape[part]);
        }
        return sum / PARTS;
    }

    @Override
    public String words(Wording wording) {
        return "the course of the last " + wording.span(PARTS * PART) + " is like none remembered: nearest at "
                + wording.times(distance / tail.limit()) + " of such distances";
    }

    @Override
    public void write(ByteBuffer to) {
        Floats.write(shapes, to);
        to.putLong(stored).putDouble(distance);
        tail.write(to);
    }

    @Override
    public void read(ByteBuffer from) {
        Floats.read(shapes, from);
        stored = from.getLong();
        distance = from.getDouble();
        tail.read(from);
    }
}

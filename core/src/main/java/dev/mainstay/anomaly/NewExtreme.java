package dev.mainstay.anomaly;

import java.nio.ByteBuffer;
import java.util.function.ToDoubleFunction;

/// Whether something is clearly beyond all that was seen: by more than a twentieth of the range so far.
///
/// The farther beyond, the more: 2 decades, and 2 more for each doubling of the range. Not thread-safe.
final class NewExtreme implements Channel {
    private static final int FEWEST = 31;
    private static final double MARGIN = 0.05;
    private static final double LEAST = 2;
    private static final double MOST_MORE = 4;
    private static final double LOG2 = Math.log(2);

    private final String name;
    private final ToDoubleFunction<Sample> subject;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;
    private int seen;
    private double formerLow;
    private double formerHigh;

    NewExtreme(String name, ToDoubleFunction<Sample> subject) {
        this.name = name;
        this.subject = subject;
    }

    @Override
    public double observe(Sample sample) {
        double value = subject.applyAsDouble(sample);
        double surprise = seen < FEWEST ? 0 : surprise(value);
        formerLow = low;
        formerHigh = high;
        low = Math.min(low, value);
        high = Math.max(high, value);
        seen = Math.min(seen + 1, FEWEST);
        return surprise;
    }

    private double surprise(double value) {
        double range = high - low;
        double beyond = Math.max(value - high, low - value);
        if (beyond <= 0 || beyond <= MARGIN * range) {
            return 0;
        }
        double more = range == 0 ? MOST_MORE : 2 * Math.log(1 + beyond / range) / LOG2;
        return LEAST + Math.min(MOST_MORE, more);
    }

    @Override
    public String words(Wording wording) {
        return name.isEmpty()
                ? "value " + wording.value() + " is beyond everything seen before (" + wording.number(formerLow)
                        + " to " + wording.number(formerHigh) + ")"
                : name + " for " + wording.hourOfWeek() + " is larger than ever before";
    }

    @Override
    public void write(ByteBuffer to) {
        to.putDouble(low).putDouble(high).putInt(seen).putDouble(formerLow).putDouble(formerHigh);
    }

    @Override
    public void read(ByteBuffer from) {
        low = from.getDouble();
        high = from.getDouble();
        seen = from.getInt();
        formerLow = from.getDouble();
        formerHigh = from.getDouble();
    }
}

package dev.mainstay.anomaly;

import java.nio.ByteBuffer;
import java.util.List;

/// All channels of one series, and how their surprises become one. Not thread-safe.
///
/// Channels that answer the same question are a group, which counts with its largest: else a slow change would be
/// counted as often as there are ways to see it. The groups are added with equal weights.
final class Channels implements Remembered {
    /// Scores below it are so frequent that nobody asks why.
    static final double WORTH_WORDS = 3;

    private final Window window = new Window();
    private final SeasonalLevel level = new SeasonalLevel();
    private final List<List<Channel>> groups = List.of(
            List.of(level),
            List.of(new LevelShift(window)),
            List.of(new SmoothedLevel(window), new ShapeNovelty(window), new Volatility(window)),
            List.of(new NewExtreme("", Sample::value)),
            List.of(new NewExtreme("the deviation", sample -> level.residual())),
            List.of(new FlatLine(), new MissingPoints()));
    private double strongest;
    private Channel reason = level;

    /// The sum of the groups' surprises.
    double observe(Sample sample) {
        window.push(sample.value());
        strongest = -1;
        double sum = 0;
        for (int i = 0; i < groups.size(); i++) {
            sum += largest(groups.get(i), sample);
        }
        return sum;
    }

    private double largest(List<Channel> group, Sample sample) {
        double largest = 0;
        for (int i = 0; i < group.size(); i++) {
            Channel channel = group.get(i);
            double surprise = channel.observe(sample);
            largest = Math.max(largest, surprise);
            if (surprise > strongest) {
                strongest = surprise;
                reason = channel;
            }
        }
        return largest;
    }

    SeasonalLevel level() {
        return level;
    }

    String why(double score, Wording wording) {
        return score < WORTH_WORDS ? "" : reason.words(wording);
    }

    @Override
    public void write(ByteBuffer to) {
        window.write(to);
        groups.forEach(group -> group.forEach(channel -> channel.write(to)));
    }

    @Override
    public void read(ByteBuffer from) {
        window.read(from);
        groups.forEach(group -> group.forEach(channel -> channel.read(from)));
    }
}

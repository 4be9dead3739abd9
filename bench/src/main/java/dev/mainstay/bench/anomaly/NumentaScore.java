package dev.mainstay.bench.anomaly;

import dev.mainstay.bench.anomaly.LabelledSeries.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The score of the Numenta benchmark (Lavin and Ahmad 2015, arXiv 1510.03336), normalised: 0 for a detector that finds
/// nothing, 100 for one that finds each window at its first row. Not thread-safe.
///
/// A row is a detection when its score reaches a threshold, one for the whole corpus, the best for the profile. A
/// window counts with its earliest detection, a detection outside costs the more the farther it is behind the window
/// before. The rows are gone through from the highest score down, so that every threshold is tried.
final class NumentaScore {
    /// What a found window is worth, a missed one costs, and a false alarm.
    record Profile(double found, double missed, double wrong) {
        static final Profile STANDARD = new Profile(1, 1, 0.11);
        static final Profile LOW_FALSE_ALARMS = new Profile(1, 1, 0.22);
        static final Profile LOW_MISSES = new Profile(1, 2, 0.11);
    }

    /// How good a detector was.
    ///
    /// @param threshold at which the best was reached; infinite if that is to find nothing
    record Result(double score, double threshold, int hit, int windows, int falseRows) {}

    private record Window(int series, int number) {}

    private record Row(double score, double worth, @Nullable Window window) {}

    private static final double STEEPNESS = 5;
    private static final double FAR = 3;

    private final List<Row> rows = new ArrayList<>();
    private int windows;

    /// Takes the scores of a series.
    ///
    /// @param scores one for each row of the series
    void add(LabelledSeries series, double[] scores) {
        int number = windows; // a name for the series that no other has
        windows += series.windows().size();
        int window = -1;
        for (int row = 0; row < series.length(); row++) {
            while (window + 1 < series.windows().size()
                    && row >= series.windows().get(window + 1).first()) {
                window++;
            }
            if (row >= series.scoredFrom()) {
                rows.add(row(series, row, window, number, scores[row]));
            }
        }
    }

    private static Row row(LabelledSeries series, int row, int window, int number, double score) {
        if (window < 0) {
            return new Row(score, -1, null);
        }
        Span span = series.windows().get(window);
        return span.contains(row)
                ? new Row(score, inside(span, row), new Window(number, window))
                : new Row(score, outside(span, row), null);
    }

    /// 1 at the left edge, nearly 0 at the right.
    static double inside(Span window, int row) {
        double width = window.last() - window.first() + 1;
        return sigmoid(-(window.last() - row + 1) / width) / sigmoid(-1);
    }

    /// Nearly 0 right behind the window, −1 far behind.
    static double outside(Span window, int row) {
        return sigmoid((row - window.last()) / (double) (window.last() - window.first()));
    }

    private static double sigmoid(double position) {
        return position > FAR ? -1 : 2 / (1 + Math.exp(STEEPNESS * position)) - 1;
    }

    Result best(Profile profile) {
        rows.sort(Comparator.comparingDouble(Row::score).reversed());
        Tally tally = new Tally(profile, -profile.missed() * windows);
        Result best = result(tally, Double.POSITIVE_INFINITY, profile);
        for (int i = 0; i < rows.size() && rows.get(i).score() > 0; i++) {
            tally.add(rows.get(i));
            boolean isThreshold = i + 1 == rows.size()
                    || rows.get(i + 1).score() < rows.get(i).score();
            if (isThreshold) {
                Result result = result(tally, rows.get(i).score(), profile);
                best = result.score() > best.score() ? result : best;
            }
        }
        return best;
    }

    private Result result(Tally tally, double threshold, Profile profile) {
        double none = -profile.missed() * windows;
        double perfect = profile.found() * windows;
        double score = 100 * (tally.raw - none) / (perfect - none);
        return new Result(score, threshold, tally.best.size(), windows, tally.falseRows);
    }

    private static final class Tally {
        private final Profile profile;
        private final Map<Window, Double> best = new HashMap<>();
        private double raw;
        private int falseRows;

        Tally(Profile profile, double raw) {
            this.profile = profile;
            this.raw = raw;
        }

        void add(Row row) {
            if (row.window() == null) {
                raw += row.worth() * profile.wrong();
                falseRows++;
                return;
            }
            double worth = row.worth() * profile.found();
            double former = best.getOrDefault(row.window(), -profile.missed());
            raw += Math.max(0, worth - former);
            best.put(row.window(), Math.max(worth, former));
        }
    }
}

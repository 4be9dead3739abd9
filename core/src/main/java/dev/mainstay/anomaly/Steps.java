package dev.mainstay.anomaly;

import java.util.List;

/// The points of a series as means over steps of equal length, and the models that learn them. Not thread-safe.
final class Steps {
    private static final long NONE = Long.MIN_VALUE;
    private static final long WEEK = 7 * Wording.DAY;
    /// How far ahead the models are judged; a forecast takes the judgement that is next to its distance.
    private static final List<Integer> DISTANCES = List.of(1, 6, 24);

    private final long length;
    private final List<ForecastModel> models;
    private final List<Horizon> horizons;
    private long open = NONE;
    private double mean;
    private int count;
    private long newest = NONE;
    private double newestValue;

    Steps(long length) {
        this.length = length;
        this.models = models(length);
        this.horizons = DISTANCES.stream()
                .map(distance -> new Horizon(distance, models.size()))
                .toList();
    }

    static List<ForecastModel> models(long length) {
        return List.of(
                SeasonalForecast.naive("day", Math.max(Wording.DAY, length), length),
                SeasonalForecast.naive("week", WEEK, length),
                SeasonalForecast.mean("day", Math.max(Wording.DAY, length), length),
                SeasonalForecast.mean("week", WEEK, length),
                TrendForecast.holt(),
                TrendForecast.mean());
    }

    void add(long time, double value) {
        long number = Math.floorDiv(time, length);
        if (open != number) {
            close();
            open = number;
            count = 0;
            mean = 0;
        }
        count++;
        mean += (value - mean) / count;
    }

    private void close() {
        if (open == NONE) {
            return;
        }
        long number = open;
        long time = number * length;
        horizons.forEach(horizon -> horizon.judge(number, mean));
        models.forEach(model -> model.learn(time, mean));
        horizons.forEach(horizon -> horizon.expect(number, time, models));
        newest = time;
        newestValue = mean;
    }

    boolean isReady() {
        return newest != NONE;
    }

    long length() {
        return length;
    }

    /// The beginning of the newest whole step.
    long newest() {
        return newest;
    }

    double newestValue() {
        return newestValue;
    }

    Horizon horizon(int ahead) {
        int index = ahead <= 2 ? 0 : ahead <= 12 ? 1 : 2;
        return horizons.get(index);
    }

    ForecastModel model(Horizon horizon) {
        return models.get(horizon.best());
    }
}

package dev.mainstay.anomaly;

import java.util.Arrays;

/// As a season ago, or as the mean of the seasons so far in which the newest weighs most. Not thread-safe.
final class SeasonalForecast implements ForecastModel {
    private final String method;
    private final long period;
    private final long step;
    private final double newest;
    private final float[] levels;

    private SeasonalForecast(String method, long period, long step, double newest) {
        this.method = method;
        this.period = period;
        this.step = step;
        this.newest = newest;
        this.levels = new float[Math.toIntExact(Math.max(1, (period + step - 1) / step))];
        Arrays.fill(levels, Float.NaN);
    }

    /// The value a season ago.
    static SeasonalForecast naive(String season, long period, long step) {
        return new SeasonalForecast("as the " + season + " before", period, step, 1);
    }

    /// The mean of the seasons, in which the newest weighs three tenths.
    static SeasonalForecast mean(String season, long period, long step) {
        return new SeasonalForecast("mean of the " + season + "s before", period, step, 0.3);
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public double ahead(long time, int steps) {
        return levels[slot(time + steps * step)];
    }

    @Override
    public void learn(long time, double value) {
        int slot = slot(time);
        levels[slot] = (float) (Float.isNaN(levels[slot]) ? value : levels[slot] + newest * (value - levels[slot]));
    }

    private int slot(long time) {
        return (int) (Math.floorMod(time, period) / step);
    }

    @Override
    public boolean isFading() {
        return false;
    }
}

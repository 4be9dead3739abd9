package dev.mainstay.anomaly;

/// Level and trend by exponential smoothing, where the trend dies away (Gardner and McKenzie's damped Holt); without
/// a trend it is the exponentially weighted mean. Not thread-safe.
final class TrendForecast implements ForecastModel {
    private static final double LEVEL = 0.3;
    private static final double TREND = 0.1;
    private static final double MEAN = 0.2;

    private final String method;
    private final double ofLevel;
    private final double ofTrend;
    private final double damping;
    private double level = Double.NaN;
    private double trend;

    private TrendForecast(String method, double ofLevel, double ofTrend, double damping) {
        this.method = method;
        this.ofLevel = ofLevel;
        this.ofTrend = ofTrend;
        this.damping = damping;
    }

    static TrendForecast holt() {
        return new TrendForecast("level and trend", LEVEL, TREND, 0.98);
    }

    static TrendForecast mean() {
        return new TrendForecast("recent mean", MEAN, 0, 0);
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public double ahead(long time, int steps) {
        return level + trend * damped(steps);
    }

    /// The sum of the damping over so many steps.
    private double damped(int steps) {
        return damping == 0 ? 0 : damping * (1 - Math.pow(damping, steps)) / (1 - damping);
    }

    @Override
    public void learn(long time, double value) {
        if (Double.isNaN(level)) {
            level = value;
            return;
        }
        double before = level;
        double expected = level + damping * trend;
        level = expected + ofLevel * (value - expected);
        trend = damping * trend + ofTrend * (level - before - damping * trend);
    }

    @Override
    public boolean isFading() {
        return true;
    }
}

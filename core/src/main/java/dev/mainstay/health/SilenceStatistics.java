package dev.mainstay.health;

/// What silences an agent's heartbeats have ended so far: the mean and the deviation of the newest hundred.
///
/// From these follows how unlikely a silence is: φ(t) = −log₁₀ P(a silence longer than t), the silences taken as
/// normally distributed (Hayashibara et al., "The φ accrual failure detector", 2004). φ = 8 means that one of 10⁸
/// silences lasts as long.
///
/// The normal distribution's tail is 1 / (1 + e^(y · (1.5976 + 0.070566 · y²))), y the distance from the mean in
/// deviations (Page,
/// "Approximations to the Cumulative Normal Function", 1977). Confined to one thread.
final class SilenceStatistics {
    private static final int KEPT = 100;
    private static final int FEW = 10;
    private static final double LARGEST = 300;

    private final float[] seconds = new float[KEPT];
    private int count;
    private int next;
    private double sum;
    private double squares;

    /// A heartbeat ended a silence.
    void add(double silence) {
        if (count == KEPT) {
            sum -= seconds[next];
            squares -= (double) seconds[next] * seconds[next];
        } else {
            count++;
        }
        seconds[next] = (float) silence;
        sum += seconds[next];
        squares += (double) seconds[next] * seconds[next];
        next = (next + 1) % KEPT;
    }

    /// @param pause so much longer than usual is acceptable, in seconds
    double phi(double silence, double interval, double pause) {
        double usual = count < FEW ? interval : sum / count;
        double deviation = Math.max(smallest(interval), count < FEW ? interval / 4 : deviation());
        double y = (silence - usual - pause) / deviation;
        double exponent = y * (1.5976 + 0.070566 * y * y);
        // log₁₀(1 + e^x) without an overflow.
        double phi = (Math.max(exponent, 0) + Math.log1p(Math.exp(-Math.abs(exponent)))) / Math.log(10);
        return Math.min(LARGEST, phi);
    }

    private double deviation() {
        double mean = sum / count;
        return Math.sqrt(Math.max(0, squares / count - mean * mean));
    }

    /// An agent that was always punctual may be late by a little.
    private static double smallest(double interval) {
        return Math.max(0.1, interval / 10);
    }
}

package dev.mainstay.anomaly;

/// One way to look ahead. Not thread-safe.
interface ForecastModel {
    /// As people call it.
    String method();

    /// What is expected `steps` after the newest step, which ends at `time`; not a number before there is a ground.
    double ahead(long time, int steps);

    /// Takes the newest step.
    ///
    /// @param time the beginning of the step, in milliseconds since 1970
    void learn(long time, double value);

    /// Whether what it knows is worth less the farther ahead it looks.
    boolean isFading();
}

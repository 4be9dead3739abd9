package dev.mainstay.anomaly;

/// One way in which a point can be unusual. Not thread-safe.
interface Channel extends Remembered {
    /// The surprise at the sample in decades of improbability, 0 where there is none to tell; the sample is learned.
    double observe(Sample sample);

    /// What was surprising about the newest sample.
    String words(Wording wording);
}

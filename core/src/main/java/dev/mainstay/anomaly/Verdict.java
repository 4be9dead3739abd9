package dev.mainstay.anomaly;

/// What the detector says of one point. Immutable and thread-safe.
///
/// @param treatment what became of the point; unless it was scored nothing was learned and the score is 0
/// @param score how unusual, in decades of improbability summed over the channels; 0 while an incident goes on that
///     has been told already. One threshold (about 6) suits every series
/// @param surprise the same before what was told already is taken away
/// @param isAnomaly whether the score is worth an alarm within the budget
/// @param expected the value that time of the week had so far; not a number before there is an expectation
/// @param low what 99 of 100 values were above, seen from there
/// @param high what 99 of 100 values were below
/// @param why the strongest reason in words; empty for a score too low to need one
public record Verdict(
        Treatment treatment,
        double score,
        double surprise,
        boolean isAnomaly,
        double expected,
        double low,
        double high,
        String why) {

    /// What can become of a point.
    public enum Treatment {
        /// Compared with what was usual, and learned.
        SCORED,
        /// Among the first values, which are kept until there are enough of them to compare.
        WARMING_UP,
        /// Older than the newest point.
        LATE,
        /// Of the very time of the newest point: the first value counts.
        REPEATED,
        /// More than a year after the newest point.
        FUTURE,
        /// Not a number, or infinite.
        NO_VALUE
    }

    static Verdict without(Treatment treatment) {
        return new Verdict(treatment, 0, 0, false, Double.NaN, Double.NaN, Double.NaN, "");
    }
}

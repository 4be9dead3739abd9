package dev.mainstay.slo;

/// How many times faster than allowed an error budget is spent: the share of bad events over the share that may be bad.
/// At 1 the budget lasts its period; at 14.4 that of 30 days is gone in two.
///
/// With few events a share means little, so the lower bound of its confidence interval is known as
/// well: Wilson's, "Probable Inference, the Law of Succession, and Statistical Inference" (1927),
/// one-sided at 95 percent. Immutable and thread-safe.
record BurnRate(double rate, double atLeast) {
    /// The 95th percentile of the standard normal distribution.
    private static final double Z = 1.6449;

    /// @param budget the share of events that may be bad
    static BurnRate of(Tally tally, double budget) {
        if (tally.total() == 0) {
            return new BurnRate(0, 0);
        }
        double share = (double) tally.bad() / tally.total();
        return new BurnRate(share / budget, lowerBound(tally.bad(), tally.total()) / budget);
    }

    /// What the share of bad events is at least.
    static double lowerBound(long bad, long total) {
        double share = (double) bad / total;
        double square = Z * Z / total;
        double margin = Z * Math.sqrt(share * (1 - share) / total + square / (4 * total));
        return Math.max(0, (share + square / 2 - margin) / (1 + square));
    }
}

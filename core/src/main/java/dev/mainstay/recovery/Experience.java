package dev.mainstay.recovery;

/// How often an action was tried against a cause, and how often that helped. Immutable and thread-safe.
record Experience(long tried, long healed) {
    static final Experience NONE = new Experience(0, 0);

    /// The chance that it helps next time: the mean of a beta distribution that begins at one of one, so what was never
    /// tried counts as likely as not (Laplace's rule of succession).
    double chance() {
        return (healed + 1.0) / (tried + 2.0);
    }
}

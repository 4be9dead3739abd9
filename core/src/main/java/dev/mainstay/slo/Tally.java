package dev.mainstay.slo;

/// Events of a span, and those of them that were good. Immutable and thread-safe.
record Tally(long good, long total) {
    long bad() {
        return total - good;
    }

    Tally minus(Tally earlier) {
        return new Tally(good - earlier.good, total - earlier.total);
    }
}

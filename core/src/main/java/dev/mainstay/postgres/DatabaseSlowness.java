package dev.mainstay.postgres;

/// How much longer than usual the database takes to answer. Immutable and thread-safe.
///
/// @param times as long as usual
/// @param millis what an answer takes
public record DatabaseSlowness(double times, double millis) {
    public static final DatabaseSlowness NONE = new DatabaseSlowness(1, 0);
    /// Nothing was answered, so whatever waited for it may have waited for that.
    public static final DatabaseSlowness UNKNOWN =
            new DatabaseSlowness(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    /// Four times what is usual is slow.
    private static final double SLOW = 4;
    /// Of work that waits for the database more often, most of what is usual are answers too.
    private static final double ANSWERS = 20;

    public boolean isNone() {
        return equals(NONE);
    }

    /// Whether work that takes so long may do so for the sake of the database: it is slow by no more than the database
    /// is, or by no more than twenty answers take.
    public boolean explains(double tookMillis, double usualMillis) {
        return !isNone() && (tookMillis < SLOW * times * usualMillis || tookMillis - usualMillis < ANSWERS * millis);
    }

    /// The worse of both, of each figure.
    public DatabaseSlowness or(DatabaseSlowness other) {
        return new DatabaseSlowness(Math.max(times, other.times), Math.max(millis, other.millis));
    }
}

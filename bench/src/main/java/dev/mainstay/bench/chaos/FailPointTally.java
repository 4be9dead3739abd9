package dev.mainstay.bench.chaos;

import dev.mainstay.bench.chaos.FailPoint.Moment;
import dev.mainstay.bench.lab.Stopwatch;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which places where a connection can end are struck next, and how often each was. Every statement about tasks that
/// passes is a place to be struck, from when it is first seen. What was done and not heard of is the same as what was
/// not sent, as long as its transaction has not committed, so only what commits is struck both ways.
///
/// What has had its share is still struck once in a while, since some statements are sent only after such a loss.
/// Thread-safe.
final class FailPointTally {
    private static final Pattern OF_TASKS = Pattern.compile("task|chaos_effects");

    /// One in so many is struck of what has had its share.
    private static final int AGAIN = 25;

    private final int rounds;
    private final Map<FailPoint, Integer> struck = new HashMap<>();
    private final Map<String, Integer> passed = new HashMap<>();
    private final Stopwatch watch = Stopwatch.start();
    private boolean isStriking;
    private double lastProgress;

    /// @param rounds how often each place is to be struck
    FailPointTally(int rounds) {
        this.rounds = rounds;
    }

    synchronized void begin() {
        isStriking = true;
        lastProgress = watch.seconds();
    }

    synchronized void end() {
        isStriking = false;
    }

    /// Where the connection that sends `statement` ends, which counts as struck; null when it goes on.
    ///
    /// @param isRested whether the way to the database was left alone for a while; what is rarely sent is
    ///     struck even when it was not, every other time
    synchronized @Nullable FailPoint next(String statement, boolean commits, boolean isRested) {
        if (!OF_TASKS.matcher(statement).find()) {
            return null;
        }
        int times = passed.merge(statement, 1, Integer::sum);
        FailPoint point = least(statement, commits);
        boolean isRare = times < watch.seconds();
        boolean isDue =
                struck(point) < rounds ? isRested || (isRare && times % 2 == 1) : isRested && times % AGAIN == 0;
        if (!isStriking || !isDue) {
            return null;
        }
        if (struck.merge(point, 1, Integer::sum) <= rounds) {
            lastProgress = watch.seconds();
        }
        return point;
    }

    private FailPoint least(String statement, boolean commits) {
        FailPoint before = new FailPoint(statement, Moment.BEFORE);
        FailPoint unheard = new FailPoint(statement, Moment.UNHEARD);
        struck.putIfAbsent(before, 0);
        if (commits) {
            struck.putIfAbsent(unheard, 0);
        }
        return commits && struck(unheard) < struck(before) ? unheard : before;
    }

    private int struck(FailPoint point) {
        return struck.getOrDefault(point, 0);
    }

    /// It ended elsewhere.
    synchronized void missed(FailPoint point) {
        struck.merge(point, -1, Integer::sum);
    }

    /// How often each place that was seen has been struck.
    synchronized Map<FailPoint, Integer> struck() {
        return Map.copyOf(struck);
    }

    /// How far it is, in words.
    synchronized String progress() {
        long behind = struck.values().stream().filter(times -> times < rounds).count();
        return "%d boundaries, %d of them struck less than %d times".formatted(struck.size(), behind, rounds);
    }

    synchronized boolean isDone() {
        return struck.values().stream().allMatch(times -> times >= rounds);
    }

    synchronized double secondsSinceProgress() {
        return watch.seconds() - lastProgress;
    }
}

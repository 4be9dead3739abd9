package dev.mainstay.bench.faults;

import dev.mainstay.bench.faults.FaultTables.Status;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Faults of agents, many at a time: each falls on an agent that is well, and is over when it was healed, when people
/// were called, or when its time is up. Used by one thread.
final class Campaign {
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final double PATIENCE_SECONDS = 180;
    /// What cannot be healed is left for so long to be seen.
    private static final double SHOWN_SECONDS = 120;

    private final FaultTables tables;
    private final Injection injection;
    private final RandomGenerator random;
    private final double interval;
    private final int atOnce;

    /// @param interval seconds between two ticks of an agent
    /// @param atOnce faults at a time
    Campaign(FaultTables tables, Injection injection, RandomGenerator random, double interval, int atOnce) {
        this.tables = tables;
        this.injection = injection;
        this.random = random;
        this.interval = interval;
        this.atOnce = atOnce;
    }

    /// Injects so many faults, as evenly of all `kinds` as that goes.
    void run(List<FaultKind> kinds, int faults) throws SQLException {
        Deque<FaultKind> left = new ArrayDeque<>(shuffled(kinds, faults));
        var watch = Stopwatch.start();
        int said = 0;
        List<Status> open = tables.open(calm());
        while (!left.isEmpty() || !open.isEmpty()) {
            for (Status status : open) {
                look(status);
            }
            inject(left, tables.open(calm()));
            open = tables.open(calm());
            if ((faults - left.size()) / 25 > said) {
                said = (faults - left.size()) / 25;
                Reporting.say("%d of %d faults injected after %.0f s, %d on"
                        .formatted(faults - left.size(), faults, watch.seconds(), open.size()));
            }
            Threads.pause(LOOK);
        }
    }

    /// Two intervals without misbehaving.
    private double calm() {
        return 2 * interval;
    }

    private List<FaultKind> shuffled(List<FaultKind> kinds, int faults) {
        List<FaultKind> all = new ArrayList<>();
        for (int number = 0; number < faults; number++) {
            all.add(kinds.get(number % kinds.size()));
        }
        Collections.shuffle(all, Random.from(random));
        return all;
    }

    private void inject(Deque<FaultKind> left, List<Status> open) throws SQLException {
        int free = atOnce - open.size();
        if (free <= 0 || left.isEmpty()) {
            return;
        }
        List<String> quiet = tables.quiet();
        Collections.shuffle(quiet, Random.from(random));
        for (String agent : quiet.subList(0, Math.min(free, quiet.size()))) {
            if (!left.isEmpty()) {
                injection.inject(left.poll(), agent);
            }
        }
    }

    private void look(Status status) throws SQLException {
        if (!status.kind().isRecoverable()) {
            if ((status.delay() != null && status.age() > 5) || status.age() > SHOWN_SECONDS) {
                end(status, null, "shown");
            }
        } else if (status.isHealed()) {
            boolean isVerified = !status.episode().isEmpty();
            end(status, isVerified ? status.healing() : null, isVerified ? status.outcome() : "ended by itself");
        } else if (status.episode().equals("escalated") || status.age() > PATIENCE_SECONDS) {
            Reporting.say("not healed: %s of %s, %s: %s"
                    .formatted(
                            status.kind().word(),
                            status.agent(),
                            status.delay() == null ? "not detected" : status.foundBy(),
                            status.episode() + " " + status.outcome()));
            end(status, null, "not healed: " + status.episode() + " " + status.outcome());
            injection.mend(status);
        }
    }

    private void end(Status status, @Nullable Double healing, String outcome) throws SQLException {
        tables.end(status.fault(), status.delay(), status.foundBy(), healing, outcome);
    }
}

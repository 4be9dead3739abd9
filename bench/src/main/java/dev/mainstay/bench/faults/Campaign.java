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
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final int agents;
    private final int atOnce;
    private final Map<FaultKind, Map<String, Integer>> measured = new EnumMap<>(FaultKind.class);

    /// @param interval seconds between two ticks of an agent
    /// @param agents that can be struck, `atOnce` at a time
    Campaign(FaultTables tables, Injection injection, RandomGenerator random, double interval, int agents, int atOnce) {
        this.tables = tables;
        this.injection = injection;
        this.random = random;
        this.interval = interval;
        this.agents = agents;
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

    /// Four intervals without misbehaving: what hangs is given up after two, and begins again after half of one.
    private double calm() {
        return 4 * interval;
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
        for (; free > 0 && !quiet.isEmpty() && !left.isEmpty(); free--) {
            FaultKind kind = left.pop();
            Optional<String> agent = kind.isRecoverable()
                    ? Optional.of(quiet.removeFirst())
                    : leastMeasured(kind, quiet, !open.isEmpty());
            if (agent.isPresent()) {
                injection.inject(kind, agent.get());
            } else {
                left.addLast(kind);
            }
        }
    }

    /// What an agent measures is to be unusual at as few times as that goes: weeks of alarms, spent in minutes, would
    /// teach its series that they are usual. None while all that are well were struck more often than others.
    ///
    /// @param isBusy whether others may be well before long
    private Optional<String> leastMeasured(FaultKind kind, List<String> quiet, boolean isBusy) {
        Map<String, Integer> times = measured.computeIfAbsent(kind, any -> new HashMap<>());
        String agent = Collections.min(quiet, Comparator.comparingInt(one -> times.getOrDefault(one, 0)));
        int strikes = times.values().stream().mapToInt(Integer::intValue).sum();
        if (isBusy && times.getOrDefault(agent, 0) > strikes / agents) {
            return Optional.empty();
        }
        quiet.remove(agent);
        times.merge(agent, 1, Integer::sum);
        return Optional.of(agent);
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

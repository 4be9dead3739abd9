package dev.mainstay.health;

import dev.mainstay.AgentRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Suspects agents by the silence since their newest heartbeat: from φ ≥ 8 on, never before 2.5 intervals and always
/// from 5 on. All times are the database's.
///
/// It watches itself, too. While it did not look, because its node or the database was away, nobody could be heard:
/// such a gap, and as long again for the others to be back, counts as no one's silence. Suspicion changes nothing
/// about who runs an agent: leases alone decide that. Confined to one thread.
final class FailureDetector {
    private static final double THRESHOLD = 8;
    private static final double FLOOR = 2.5;
    private static final double CEILING = 5;
    /// In intervals.
    private static final double ACCEPTABLE_PAUSE = 0.5;

    private static final Duration LONGEST_GRACE = Duration.ofSeconds(10);
    /// A node that took an agent over has so long to start it.
    private static final Duration START = Duration.ofSeconds(30);

    private final Duration usualGap;
    private Map<AgentRef, Watched> watched = new HashMap<>();
    private @Nullable Instant looked;
    private Duration late = Duration.ZERO;

    /// @param period the distance between two looks
    FailureDetector(Duration period) {
        this.usualGap = period.multipliedBy(2);
    }

    private static final class Watched {
        private final SilenceStatistics statistics = new SilenceStatistics();
        private long fence;
        private Instant heard = Instant.MIN;
        private boolean begun;
        private Duration excused = Duration.ZERO;
        private long progress = -1;
        private Instant progressed = Instant.MIN;
        private Duration excusedProgress = Duration.ZERO;
    }

    /// Whoever is suspected now, of all that run now.
    List<Suspicion> look(Instant now, List<Beating> all) {
        Duration gap = looked == null ? Duration.ZERO : Duration.between(looked, now);
        boolean wasLate = gap.compareTo(usualGap) > 0;
        late = wasLate ? gap : Duration.ZERO;
        if (wasLate) {
            excuse(gap.plus(gap.compareTo(LONGEST_GRACE) < 0 ? gap : LONGEST_GRACE));
        }
        looked = now;
        Map<AgentRef, Watched> still = HashMap.newHashMap(all.size());
        List<Suspicion> suspicions = new ArrayList<>();
        for (Beating beating : all) {
            Watched agent = watched.getOrDefault(beating.agent(), new Watched());
            still.put(beating.agent(), agent);
            hear(agent, beating, now, wasLate);
            silent(agent, beating, now).ifPresent(suspicions::add);
            stalled(agent, beating, now).ifPresent(suspicions::add);
        }
        watched = still;
        return suspicions;
    }

    /// For how long nobody was looked at before the last look, if that was longer than usual; zero otherwise.
    Duration late() {
        return late;
    }

    private void excuse(Duration missed) {
        for (Watched agent : watched.values()) {
            agent.excused = agent.excused.plus(missed);
            agent.excusedProgress = agent.excusedProgress.plus(missed);
        }
    }

    private static void hear(Watched agent, Beating beating, Instant now, boolean wasLate) {
        if (agent.fence != beating.fence()) {
            restart(agent, beating);
        }
        Instant beat = beating.beatAt();
        if (beat != null && beat.isAfter(agent.heard)) {
            if (agent.begun && !wasLate && agent.excused.isZero()) {
                agent.statistics.add(Suspicion.seconds(Duration.between(agent.heard, now)));
            }
            agent.heard = beat;
            agent.begun = true;
            agent.excused = Duration.ZERO;
        }
        if (beating.progress() != agent.progress) {
            agent.progress = beating.progress();
            agent.progressed = now;
            agent.excusedProgress = Duration.ZERO;
        }
    }

    private static void restart(Watched agent, Beating beating) {
        agent.fence = beating.fence();
        agent.heard = beating.leasedAt();
        agent.begun = false;
        agent.excused = START;
    }

    private static Optional<Suspicion> silent(Watched agent, Beating beating, Instant now) {
        Duration silence = Duration.between(agent.heard, now).minus(agent.excused);
        double interval = Suspicion.seconds(beating.interval());
        double intervals = Suspicion.seconds(silence) / interval;
        if (intervals < FLOOR) {
            return Optional.empty();
        }
        double phi = agent.statistics.phi(Suspicion.seconds(silence), interval, ACCEPTABLE_PAUSE * interval);
        if (phi < THRESHOLD && intervals < CEILING) {
            return Optional.empty();
        }
        return Optional.of(new Suspicion(
                beating.agent(), Suspicion.Kind.SILENT, agent.heard, silence, beating.interval(), phi, beating.node()));
    }

    /// One that is silent is not called stalled as well.
    private static Optional<Suspicion> stalled(Watched agent, Beating beating, Instant now) {
        Duration overdue = beating.overdue();
        Duration rest = Duration.between(agent.progressed, now).minus(agent.excusedProgress);
        boolean isHeard =
                Duration.between(agent.heard, now).compareTo(beating.interval().multipliedBy(2)) < 0;
        if (overdue == null || !agent.begun || !isHeard || rest.compareTo(overdue) < 0) {
            return Optional.empty();
        }
        return Optional.of(new Suspicion(
                beating.agent(), Suspicion.Kind.STALLED, agent.progressed, rest, overdue, null, beating.node()));
    }
}

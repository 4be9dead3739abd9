package dev.mainstay.health;

import dev.mainstay.AgentRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Suspects agents by the silence since their newest heartbeat: from φ ≥ 8 on, never before 2.5 intervals and always
/// before 5, so one look earlier than that. All times are the database's.
///
/// It watches itself, too. While it did not look, because its node or the database was away, nobody could be heard:
/// such a gap, and as long again for the others to be back, counts as no one's silence. Who takes over does not know
/// when was last looked: to him all silence so far is such a gap, but for those who were suspected already. Suspicion
/// changes nothing about who runs an agent: leases alone decide that. Confined to one thread.
final class FailureDetector {
    private static final double THRESHOLD = 8;
    private static final double FLOOR = 2.5;
    private static final double CEILING = 5;
    /// In intervals.
    private static final double ACCEPTABLE_PAUSE = 0.5;

    /// So many late looks one after the other excuse nobody any more.
    private static final int MOST_EXCUSES = 5;

    private static final Duration LONGEST_GRACE = Duration.ofSeconds(10);
    /// A node that took an agent over has so long to start it.
    private static final Duration START = Duration.ofSeconds(30);

    private final Duration period;
    private final Duration usualGap;
    private final Duration tellableGap;
    private Map<AgentRef, Watched> watched = new HashMap<>();
    private @Nullable Instant looked;
    private Duration late = Duration.ZERO;
    private int lateInARow;

    /// @param period the distance between two looks
    FailureDetector(Duration period) {
        this.period = period;
        this.usualGap = period.multipliedBy(3).dividedBy(2);
        this.tellableGap = period.multipliedBy(2);
    }

    private static final class Watched {
        private final SilenceStatistics statistics = new SilenceStatistics();
        private final Excuse silence = new Excuse();
        private final Excuse idleness = new Excuse();
        private long fence;
        private Instant heard = Instant.MIN;
        /// When somebody looked again, after a time in which nobody did.
        private Instant lookedAgain = Instant.MIN;
        private boolean begun;
        private long progress = -1;
        private Instant progressed = Instant.MIN;
    }

    /// Time that does not count, each moment of it once.
    private static final class Excuse {
        private Duration total = Duration.ZERO;
        private Instant until = Instant.MIN;

        private void add(Instant from, Instant to) {
            Instant begin = from.isBefore(until) ? until : from;
            if (begin.isBefore(to)) {
                total = total.plus(Duration.between(begin, to));
                until = to;
            }
        }

        private void restart(Instant from, Duration length) {
            total = length;
            until = from.plus(length);
        }

        private void restart(Instant from) {
            restart(from, from.isBefore(until) ? Duration.between(from, until) : Duration.ZERO);
        }
    }

    /// Whoever is suspected now, of all that run now.
    ///
    /// @param stored who was suspected before this look, whoever found it
    List<Suspicion> look(Instant now, List<Beating> all, Collection<Suspicion> stored) {
        late = Duration.ZERO;
        if (all.isEmpty()) {
            return List.of(); // Nobody is there yet after an outage, or any more: no look at anybody.
        }
        Instant before = all.stream().anyMatch(each -> watched.containsKey(each.agent())) ? looked : null;
        boolean isExcused = isExcused(before, now);
        looked = now;
        Map<Suspicion.Key, Suspicion> suspected =
                stored.stream().collect(Collectors.toMap(Suspicion::key, Function.identity(), (one, _) -> one));
        Map<AgentRef, Watched> still = HashMap.newHashMap(all.size());
        List<Suspicion> suspicions = new ArrayList<>();
        for (Beating beating : all) {
            Watched known = watched.get(beating.agent());
            Watched agent = known == null ? new Watched() : known;
            still.put(beating.agent(), agent);
            hear(agent, beating, now, isExcused);
            if (known == null || before == null) {
                takeOver(agent, beating, now, suspected);
            } else if (isExcused) {
                excuse(agent, beating, before, now);
            }
            silent(agent, beating, now).ifPresent(suspicions::add);
            stalled(agent, beating, now).ifPresent(suspicions::add);
        }
        watched = still;
        return suspicions;
    }

    /// Whether this look is late, so that what was not seen before it excuses everybody. Who is late each time says
    /// nothing about the agents, and must find them in the end.
    private boolean isExcused(@Nullable Instant before, Instant now) {
        Duration gap = before == null ? Duration.ZERO : Duration.between(before, now);
        boolean isLate = gap.compareTo(usualGap) > 0;
        lateInARow = isLate ? lateInARow + 1 : 0;
        if (gap.compareTo(tellableGap) > 0 || lateInARow == MOST_EXCUSES) {
            late = gap;
        }
        return isLate && lateInARow < MOST_EXCUSES;
    }

    /// Only what came after the last sign of life is silence. Who gave one just now, and later than this look was due,
    /// is back already; who gave one before that may have been cut off right after it.
    private void excuse(Watched agent, Beating beating, Instant before, Instant now) {
        Instant until = now.plus(grace(Duration.between(before, now)));
        agent.lookedAgain = now;
        Duration silence = Duration.between(agent.heard, now);
        boolean isBack = agent.heard.isAfter(before.plus(usualGap)) && silence.compareTo(beating.interval()) <= 0;
        if (!isBack) {
            agent.silence.add(later(before, agent.heard), until);
        }
        if (agent.progressed.isBefore(now)) {
            agent.idleness.add(later(before, agent.progressed), until);
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Duration grace(Duration gap) {
        return gap.compareTo(LONGEST_GRACE) < 0 ? gap : LONGEST_GRACE;
    }

    /// For how long nobody was looked at before the last look, if that is worth telling; zero otherwise.
    Duration late() {
        return late;
    }

    /// Whoever was suspected stays so.
    private static void takeOver(Watched agent, Beating beating, Instant now, Map<Suspicion.Key, Suspicion> suspected) {
        Duration silence = Duration.between(agent.heard, now);
        if (silence.isPositive() && !suspected.containsKey(new Suspicion.Key(beating.agent(), Suspicion.Kind.SILENT))) {
            agent.silence.add(agent.heard, now.plus(grace(silence)));
            agent.lookedAgain = now;
        }
        Suspicion stalled = suspected.get(new Suspicion.Key(beating.agent(), Suspicion.Kind.STALLED));
        if (stalled != null && !stalled.since().isBefore(beating.leasedAt())) {
            agent.progressed = stalled.since();
            agent.idleness.restart(stalled.since(), Duration.ZERO);
        }
    }

    private static void hear(Watched agent, Beating beating, Instant now, boolean isExcused) {
        if (agent.fence != beating.fence()) {
            restart(agent, beating, now);
        }
        Instant beat = beating.beatAt();
        if (beat != null && beat.isAfter(agent.heard)) {
            if (agent.begun && !isExcused && agent.silence.total.isZero()) {
                agent.statistics.add(Suspicion.seconds(Duration.between(agent.heard, now)));
            }
            agent.heard = beat;
            agent.begun = true;
            if (beat.isBefore(agent.lookedAgain)) {
                agent.silence.restart(beat); // It came late, and what hindered it may hinder the next.
            } else {
                agent.silence.restart(beat, Duration.ZERO);
            }
        }
        if (beating.progress() != agent.progress) {
            agent.progress = beating.progress();
            agent.progressed = now;
            agent.idleness.restart(now, Duration.ZERO);
        }
    }

    /// Somebody else runs it now, or the same anew: neither its silence nor its idleness before that counts.
    private static void restart(Watched agent, Beating beating, Instant now) {
        agent.fence = beating.fence();
        agent.heard = beating.leasedAt();
        agent.begun = false;
        agent.silence.restart(beating.leasedAt(), START);
        agent.progressed = now;
        agent.idleness.restart(now, START);
    }

    private Optional<Suspicion> silent(Watched agent, Beating beating, Instant now) {
        Duration silence = Duration.between(agent.heard, now).minus(agent.silence.total);
        double interval = Suspicion.seconds(beating.interval());
        double intervals = Suspicion.seconds(silence) / interval;
        if (intervals < FLOOR) {
            return Optional.empty();
        }
        double phi = agent.statistics.phi(Suspicion.seconds(silence), interval, ACCEPTABLE_PAUSE * interval);
        boolean isLastLook = Suspicion.seconds(silence.plus(period)) / interval >= CEILING;
        if (phi < THRESHOLD && !isLastLook) {
            return Optional.empty();
        }
        return Optional.of(new Suspicion(
                beating.agent(), Suspicion.Kind.SILENT, agent.heard, silence, beating.interval(), phi, beating.node()));
    }

    /// One that is silent is not called stalled as well.
    private static Optional<Suspicion> stalled(Watched agent, Beating beating, Instant now) {
        Duration overdue = beating.overdue();
        Duration rest = Duration.between(agent.progressed, now).minus(agent.idleness.total);
        boolean isHeard =
                Duration.between(agent.heard, now).compareTo(beating.interval().multipliedBy(2)) < 0;
        if (overdue == null || !agent.begun || !isHeard || rest.compareTo(overdue) < 0) {
            return Optional.empty();
        }
        return Optional.of(new Suspicion(
                beating.agent(), Suspicion.Kind.STALLED, agent.progressed, rest, overdue, null, beating.node()));
    }
}

package dev.mainstay.health;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is different from the evaluation before: whose band, who is judged, and with what. Confined to one thread.
final class HealthChanges {
    private final Map<HealthSubject, HealthStore.Change> former;
    private final Instant begin;
    private final HealthBands bands;

    /// @param former the newest change of everybody
    /// @param begin where the window begins
    HealthChanges(Map<HealthSubject, HealthStore.Change> former, Instant begin, HealthBands bands) {
        this.former = former;
        this.begin = begin;
        this.bands = bands;
    }

    List<HealthStore.Scored> band(Map<HealthSubject, HealthScore> scores) {
        List<HealthStore.Scored> banded = new ArrayList<>(scores.size());
        scores.forEach((subject, score) ->
                banded.add(new HealthStore.Scored(subject, score, bands.of(score.score(), bandOf(subject)))));
        return banded;
    }

    private @Nullable HealthBand bandOf(HealthSubject subject) {
        HealthStore.Change change = former.get(subject);
        return change == null ? null : change.band();
    }

    /// Those told of: a first band only when it is not the best.
    List<HealthStore.Told> told(List<HealthStore.Scored> banded) {
        List<HealthStore.Told> told = new ArrayList<>();
        for (HealthStore.Scored each : banded) {
            HealthBand before = bandOf(each.subject());
            if (each.band() != (before == null ? HealthBand.HEALTHY : before)) {
                told.add(new HealthStore.Told(each, before));
            }
        }
        return told;
    }

    /// The changes to be kept. One without a score keeps the band it had.
    List<HealthStore.Change> among(List<HealthObserver.Seen> seen, List<HealthStore.Scored> banded) {
        Map<HealthSubject, HealthBand> now = new HashMap<>();
        banded.forEach(each -> now.put(each.subject(), each.band()));
        Set<HealthSubject> judged = new HashSet<>(now.keySet());
        List<HealthStore.Change> changes = new ArrayList<>();
        for (HealthObserver.Seen each : seen) {
            var agent = each.observation().agent();
            HealthSubject subject = HealthSubject.agent(agent.organization(), agent.id());
            judged.add(subject);
            add(
                    changes,
                    new HealthStore.Change(
                            subject, true, each.basis().since(), each.basis().json(), now.get(subject)));
        }
        banded.stream()
                .filter(each -> !each.subject().isAgent())
                .forEach(each -> add(changes, new HealthStore.Change(each.subject(), true, begin, "", each.band())));
        former.values().stream()
                .filter(change -> change.judged() && !judged.contains(change.subject()))
                .forEach(change -> changes.add(new HealthStore.Change(change.subject(), false, begin, "", null)));
        return changes;
    }

    private void add(List<HealthStore.Change> changes, HealthStore.Change now) {
        HealthStore.Change before = former.get(now.subject());
        HealthBand band = now.band() != null || before == null ? now.band() : before.band();
        if (before == null
                || !before.judged()
                || band != before.band()
                || !before.basis().equals(now.basis())
                || (now.subject().isAgent() && !later(before.since()).equals(later(now.since())))) {
            changes.add(new HealthStore.Change(now.subject(), true, now.since(), now.basis(), band));
        }
    }

    /// Where the window really begins.
    private Instant later(Instant since) {
        return since.isAfter(begin) ? since : begin;
    }
}

package dev.mainstay.anomaly.watch;

import dev.mainstay.anomaly.AnomalyDetector;
import dev.mainstay.anomaly.DetectorState;
import dev.mainstay.anomaly.Verdict;
import dev.mainstay.anomaly.watch.AnomalyChange.Began;
import dev.mainstay.anomaly.watch.AnomalyChange.Ended;
import dev.mainstay.anomaly.watch.AnomalyChange.Grew;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One series with its detector, and the anomaly that lasts. Confined to one thread.
///
/// An anomaly lasts until twelve points in a row are about as usual as ever; it ended at the first of them.
final class WatchedSeries {
    /// Below so many decades a point is nothing out of the ordinary.
    private static final double CALM = 4;

    private static final int CALM_POINTS = 12;

    /// A series is stored when it was judged for so long; by its number a while earlier the first time, so that not
    /// all are stored at once.
    static final Duration STORED_EACH = Duration.ofMinutes(30);

    private final UUID organization;
    private final long id;
    private final AnomalyDetector detector;
    private Instant judgedUntil;
    private Instant storeAt;
    private boolean isChanged;
    private Instant heard;
    private @Nullable Instant began;
    private int calm;
    private @Nullable Instant calmAt;

    private WatchedSeries(UUID organization, long id, AnomalyDetector detector, Instant judgedUntil) {
        this.organization = organization;
        this.id = id;
        this.detector = detector;
        this.judgedUntil = judgedUntil;
        this.heard = judgedUntil;
        this.storeAt = judgedUntil.plusSeconds(Math.floorMod(id * 7, STORED_EACH.toSeconds()));
    }

    /// One that is watched from now on; of a model that could not be read the anomaly that lasts is kept.
    static WatchedSeries begin(ModelStore.Known series, double budget, Instant judgedUntil) {
        WatchedSeries begun = new WatchedSeries(
                series.organization(), series.series(), AnomalyDetector.withBudget(budget), judgedUntil);
        if (series.model() != null) {
            begun.began = series.model().began();
        }
        begun.isChanged = true;
        begun.storeAt = judgedUntil;
        return begun;
    }

    /// One as it was stored.
    static WatchedSeries stored(Model model, double budget) {
        WatchedSeries stored = new WatchedSeries(
                model.organization(), model.series(), DetectorState.load(model.state(), budget), model.judgedUntil());
        stored.began = model.began();
        stored.calm = model.calm();
        stored.calmAt = model.calmAt();
        return stored;
    }

    /// Learns a point of the time before it was watched, of which nothing is told.
    void learn(RawPoint point) {
        detector.observe(point.millis(), point.value());
    }

    /// Judges the next point, and tells in `changes` what that changed.
    void observe(RawPoint point, List<AnomalyChange> changes) {
        isChanged = true;
        heard = point.at();
        Verdict verdict = detector.observe(point.millis(), point.value());
        if (verdict.treatment() != Verdict.Treatment.SCORED) {
            return;
        }
        if (began == null) {
            if (verdict.isAnomaly()) {
                began = point.at();
                calm = 0;
                changes.add(new Began(this, began, point.value(), verdict));
            }
        } else {
            goOn(began, point, verdict, changes);
        }
    }

    private void goOn(Instant since, RawPoint point, Verdict verdict, List<AnomalyChange> changes) {
        if (verdict.isAnomaly()) {
            changes.add(new Grew(this, since, point.at(), point.value(), verdict));
        }
        if (verdict.surprise() >= CALM) {
            calm = 0;
            return;
        }
        if (calm++ == 0) {
            calmAt = point.at();
        }
        if (calm >= CALM_POINTS) {
            end(changes);
        }
    }

    /// No point has come for long: whatever it was is over.
    void end(List<AnomalyChange> changes) {
        if (began != null) {
            changes.add(new Ended(this, began, calm > 0 && calmAt != null ? calmAt : heard));
            began = null;
            calm = 0;
            calmAt = null;
            isChanged = true;
        }
    }

    /// All points up to then have been judged.
    void judged(Instant until) {
        judgedUntil = until;
    }

    boolean isJudged(Instant until) {
        return !judgedUntil.isBefore(until);
    }

    boolean isToBeStored(Instant now) {
        return isChanged && !now.isBefore(storeAt);
    }

    boolean isStored() {
        return !isChanged;
    }

    boolean isSilentSince(Instant moment) {
        return heard.isBefore(moment);
    }

    /// What is to be stored.
    Model model() {
        return new Model(organization, id, judgedUntil, DetectorState.save(detector), began, calm, calmAt);
    }

    /// It was stored as it stands.
    void stored() {
        boolean isFirst = storeAt.equals(judgedUntil);
        long apart = isFirst ? Math.floorMod(id * 7, STORED_EACH.toSeconds()) : STORED_EACH.toSeconds();
        storeAt = judgedUntil.plusSeconds(Math.max(1, apart));
        isChanged = false;
    }

    UUID organization() {
        return organization;
    }

    long id() {
        return id;
    }
}

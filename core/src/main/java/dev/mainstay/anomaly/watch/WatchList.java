package dev.mainstay.anomaly.watch;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The series in memory, and how they come to be there: by their first point. Confined to one thread.
///
/// A series that has a model goes on where that stands; a new one learns from what is stored of it, without telling
/// anything of that time.
final class WatchList {
    private static final Logger LOG = LoggerFactory.getLogger(WatchList.class);

    /// Points that are learned at a time, so that nobody takes the watching node for dead: some ten seconds' work.
    private static final long MOST_HISTORY = 1_000_000;

    private static final Duration HISTORY_STEP = Duration.ofHours(1);
    private static final int LOADED_AT_ONCE = 1_000;
    private static final Duration FRESH = Duration.ofMinutes(5);

    private final Database database;
    private final AnomalySettings settings;
    private final PointReader reader;
    private final ModelStore models = new ModelStore();
    private final WatchLimits limits;
    private final Map<Long, WatchedSeries> watched = new HashMap<>();
    private final Map<Long, ModelStore.Known> known = new HashMap<>();
    private final Set<Long> passedOver = new HashSet<>();

    WatchList(Database database, AnomalySettings settings, PointReader reader) {
        this.database = database;
        this.settings = settings;
        this.reader = reader;
        this.limits = new WatchLimits(settings);
    }

    @Nullable
    WatchedSeries find(long series) {
        return watched.get(series);
    }

    Collection<WatchedSeries> all() {
        return watched.values();
    }

    WatchLimits limits() {
        return limits;
    }

    /// Makes all series of `points` known that are to be watched.
    void meet(Pass pass, List<RawPoint> points) {
        Set<Long> unknown = new TreeSet<>();
        for (RawPoint point : points) {
            if (!watched.containsKey(point.series()) && !passedOver.contains(point.series())) {
                unknown.add(point.series());
            }
        }
        List<ModelStore.Known> fresh = new ArrayList<>();
        List<Long> asked = new ArrayList<>(unknown);
        for (int from = 0; from < asked.size(); from += LOADED_AT_ONCE) {
            List<Long> some = asked.subList(from, Math.min(asked.size(), from + LOADED_AT_ONCE));
            database.read(handle -> models.look(handle, some)).forEach(series -> take(series, fresh));
        }
        begin(pass, fresh, points);
    }

    private void take(ModelStore.Known series, List<ModelStore.Known> fresh) {
        boolean isWanted = !series.agent().isEmpty() && settings.wants(series.metric());
        if (!isWanted || !limits.admits(series)) {
            passedOver.add(series.series());
            return;
        }
        known.put(series.series(), stripped(series));
        WatchedSeries stored = stored(series.model());
        if (stored == null) {
            fresh.add(series);
        } else {
            watched.put(series.series(), stored);
        }
    }

    /// Without the model, which is large.
    private static ModelStore.Known stripped(ModelStore.Known series) {
        return new ModelStore.Known(
                series.organization(), series.series(), series.agent(), series.metric(), series.created(), null);
    }

    private @Nullable WatchedSeries stored(@Nullable Model model) {
        if (model == null) {
            return null;
        }
        try {
            return WatchedSeries.stored(model, settings.budget());
        } catch (MainstayException e) {
            if (e.code() != ErrorCode.MODEL_UNREADABLE) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("organization", model.organization())
                    .addKeyValue("series", model.series())
                    .log("learns this series anew: {}", e.getMessage());
            return null;
        }
    }

    private void begin(Pass pass, List<ModelStore.Known> fresh, List<RawPoint> points) {
        fresh.forEach(
                series -> watched.put(series.series(), WatchedSeries.begin(series, settings.budget(), pass.until())));
        List<ModelStore.Known> older = fresh.stream()
                .filter(series -> series.created().isBefore(pass.since().minus(FRESH)))
                .toList();
        learnHistory(pass, older);
        Set<Long> learning = new HashSet<>();
        fresh.forEach(series -> learning.add(series.series()));
        learn(points.stream().filter(point -> learning.contains(point.series())).toList());
    }

    /// What is stored of series that were there before they were watched, an hour at a time.
    private void learnHistory(Pass pass, List<ModelStore.Known> older) {
        if (older.isEmpty()) {
            return;
        }
        List<Long> ids = older.stream().map(ModelStore.Known::series).toList();
        Instant since = reader.history(
                older.stream().map(ModelStore.Known::organization).distinct().toList(),
                ids,
                pass.since(),
                MOST_HISTORY);
        while (since.isBefore(pass.since())) {
            Instant next = since.plus(HISTORY_STEP);
            Instant until = next.isBefore(pass.since()) ? next : pass.since();
            learn(reader.of(new Pass(since, until, pass.snapshot(), null), ids));
            since = until;
        }
    }

    private void learn(List<RawPoint> points) {
        for (RawPoint point : points) {
            WatchedSeries series = watched.get(point.series());
            if (series != null) {
                series.learn(point);
            }
        }
    }

    /// Lets go of series that are silent and stored; they come back with their next point.
    ///
    /// @param changes where the end of their anomalies is told
    void letGo(Instant silentSince, List<AnomalyChange> changes) {
        passedOver.clear();
        Iterator<WatchedSeries> all = watched.values().iterator();
        while (all.hasNext()) {
            WatchedSeries series = all.next();
            if (!series.isSilentSince(silentSince)) {
                continue;
            }
            series.end(changes);
            if (series.isStored()) {
                all.remove();
                ModelStore.Known gone = known.remove(series.id());
                if (gone != null) {
                    limits.release(gone);
                }
            }
        }
    }
}

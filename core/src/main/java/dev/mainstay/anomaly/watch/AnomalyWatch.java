package dev.mainstay.anomaly.watch;

import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Judges the points of all watched series of all organizations as they are stored, on one node, and stores what it
/// finds. Confined to one thread.
///
/// After any failure it forgets what it has in memory, and goes on as one who takes over:
/// from the stored models, by the passes that were written down since. So there is one way
/// on, whatever happened.
public final class AnomalyWatch {
    public static final Duration PERIOD = Duration.ofSeconds(4);

    /// SQL that tells whether points were stored since the newest pass, or were about to be when it was made.
    public static final String DUE = """
            EXISTS (
                SELECT FROM rollup_pending
                WHERE width = '1m'
                    AND marked_at > coalesce((SELECT max(at) FROM anomaly_passes), '-infinity') - interval '5 seconds')
            """;

    /// Of a round, so that nobody takes the node for dead meanwhile; the next goes on.
    private static final long MOST_POINTS = 2_000_000;

    private static final int MOST_PASSES = 500;

    private static final Duration REPLAYED =
            WatchedSeries.STORED_EACH.plus(PassLog.LONGEST).plusMinutes(10);
    private static final Duration SILENT = Duration.ofDays(1);
    private static final Duration UPKEEP_EACH = Duration.ofHours(1);
    private static final Duration MODELS_KEPT = Duration.ofDays(30);
    private static final Duration ANOMALIES_KEPT = Duration.ofDays(90);

    private final Database database;
    private final AnomalySettings settings;
    private final PassLog log = new PassLog();
    private final PointReader reader;
    private final FindingStore findings = new FindingStore();
    private final ModelStore models = new ModelStore();
    private WatchList list;
    private @Nullable Instant done;
    private Instant upkeepAt = Instant.MIN;

    public AnomalyWatch(Database database, AnomalySettings settings) {
        this.database = database;
        this.settings = settings;
        this.reader = new PointReader(database);
        this.list = new WatchList(database, settings, reader);
    }

    /// Judges all points that were stored since the round before.
    ///
    /// @param check fails in a transaction of one who leads no longer
    /// @return the number of points judged
    public long round(Consumer<Handle> check) {
        try {
            return judgeAll(check);
        } catch (RuntimeException e) {
            list = new WatchList(database, settings, reader);
            done = null;
            throw e;
        }
    }

    private long judgeAll(Consumer<Handle> check) {
        long judged = 0;
        boolean isBehind = true;
        for (int passes = 0; isBehind && judged < MOST_POINTS && passes < MOST_PASSES; passes++) {
            if (done == null) {
                done = database.read(this::replayFrom);
            }
            isBehind = database.write(handle -> {
                check.accept(handle);
                return log.append(handle);
            });
            judged += judgeNew(done, check);
        }
        return judged;
    }

    /// A series as it stands in memory, for tests.
    @Nullable
    WatchedSeries find(long series) {
        return list.find(series);
    }

    private Instant replayFrom(Handle handle) {
        Instant newest = log.newest(handle);
        return newest == null ? Instant.EPOCH : newest.minus(REPLAYED);
    }

    private long judgeNew(Instant before, Consumer<Handle> check) {
        long judged = 0;
        for (Pass pass : database.read(handle -> log.after(handle, before))) {
            if (judged >= MOST_POINTS) {
                break;
            }
            judged += judge(pass, check);
            done = pass.until();
        }
        return judged;
    }

    private long judge(Pass pass, Consumer<Handle> check) {
        List<RawPoint> points = reader.of(pass);
        list.meet(pass, points);
        List<AnomalyChange> changes = new ArrayList<>();
        observe(pass, points, changes);
        boolean isUpkeep = !pass.until().isBefore(upkeepAt);
        if (isUpkeep) {
            upkeepAt = pass.until().plus(UPKEEP_EACH);
            list.letGo(pass.until().minus(SILENT), changes);
        }
        store(pass, changes, isUpkeep, check);
        return points.size();
    }

    private void observe(Pass pass, List<RawPoint> points, List<AnomalyChange> changes) {
        int from = 0;
        while (from < points.size()) {
            long id = points.get(from).series();
            WatchedSeries series = list.find(id);
            boolean isNew = series != null && !series.isJudged(pass.until());
            int to = from;
            for (; to < points.size() && points.get(to).series() == id; to++) {
                if (isNew && series != null) {
                    series.observe(points.get(to), changes);
                }
            }
            if (isNew && series != null) {
                series.judged(pass.until());
            }
            from = to;
        }
    }

    private void store(Pass pass, List<AnomalyChange> changes, boolean isUpkeep, Consumer<Handle> check) {
        List<WatchedSeries> due = list.all().stream()
                .filter(series -> series.isToBeStored(pass.until()))
                .toList();
        List<Model> rows = due.stream().map(WatchedSeries::model).toList();
        WatchLimits limits = list.limits();
        database.write(handle -> {
            check.accept(handle);
            findings.write(handle, changes);
            models.store(handle, rows);
            limits.tell(handle);
            if (isUpkeep) {
                keepUp(handle, pass.until());
            }
            return rows.size();
        });
        limits.told();
        due.forEach(WatchedSeries::stored);
    }

    private void keepUp(Handle handle, Instant now) {
        findings.endSilent(handle, now.minus(SILENT).minus(UPKEEP_EACH));
        findings.forget(handle, now.minus(ANOMALIES_KEPT));
        models.forget(handle, now.minus(MODELS_KEPT));
        log.forget(handle, now.minus(REPLAYED.multipliedBy(2)));
    }
}

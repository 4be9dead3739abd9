package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.stream.IntStream;

/// Ends connections before and after every statement about tasks that anybody sends, in several cells at once. Used by
/// one thread.
final class FailPoints implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int LOOKS_A_WORD = 300;
    /// So long a place may come up that nobody has seen before.
    private static final Duration SURE = Duration.ofSeconds(10);

    private final FailPointTally tally;
    private final List<FailPointCell> cells;

    /// @param rounds how often each place is to be struck
    FailPoints(Laboratory laboratory, int rounds, int cells, SplittableRandom random) {
        this.tally = new FailPointTally(rounds);
        this.cells = IntStream.rangeClosed(1, cells)
                .mapToObj(number -> new FailPointCell("cell-" + number, laboratory, tally, random.split()))
                .toList();
    }

    /// Strikes each place, those too that are seen for the first time meanwhile, until all have been struck as often as
    /// they are to be, or none has come by for `patience`, or `longest` is over.
    void strike(Duration patience, Duration longest) {
        tally.begin();
        try (ExecutorService working = Threads.virtualExecutor("chaos-cell-")) {
            cells.forEach(cell -> working.execute(cell::work));
            for (long looks = longest.dividedBy(LOOK); looks > 0 && !isOver(patience); looks--) {
                Threads.pause(LOOK);
                if (looks % LOOKS_A_WORD == 0) {
                    Reporting.say(tally.progress());
                }
            }
            tally.end();
            cells.forEach(FailPointCell::stop);
        }
    }

    private boolean isOver(Duration patience) {
        Duration bound = tally.isDone() ? SURE : patience;
        return tally.secondsSinceProgress() > bound.toSeconds();
    }

    /// How often each place was struck.
    Map<FailPoint, Integer> struck() {
        return tally.struck();
    }

    List<Told> told() {
        return cells.stream().map(FailPointCell::told).toList();
    }

    @Override
    public void close() {
        cells.forEach(FailPointCell::close);
    }
}

package dev.mainstay.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.bench.chaos.History.Struck;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Workers that are struck while tasks run, as the bench does it often. How long recovery took is the bench's to say; a
/// machine with other work makes any bound here a lie.
class ChaosFlowTest {
    private static final int KILLS = 50;
    private static final ChaosPlan KILLED =
            new ChaosPlan(4, 2_000, Duration.ZERO, KILLS, 2, 0, 1, 0, 0, 0, 0, List.of());
    private static final ChaosPlan CUT_OFF =
            new ChaosPlan(6, 600, Duration.ZERO, 0, 0, Striking.CUTS.size(), 0, 0, 0, 0, 0, List.of());

    private static History judged(ChaosPlan plan) throws Exception {
        try (var laboratory = ChaosRun.laboratory();
                var run = new ChaosRun(laboratory, plan, new SplittableRandom(1))) {
            History history = run.run();
            var broken = HistoryCheck.check(history);
            assertThat(broken.values()).as(HistoryCheck.describe(broken)).allMatch(List::isEmpty);
            assertThat(run.left()).isZero();
            assertThat(history.acknowledged()).hasSizeGreaterThanOrEqualTo(plan.tasks());
            return history;
        }
    }

    @Test
    void fifty_kills_and_a_few_freezes_break_no_promise() throws Exception {
        History history = judged(KILLED);
        assertThat(history.strikes())
                .filteredOn(struck -> struck.strike() == Strike.KILL)
                .hasSize(KILLS);
        assertThat(Recovery.seconds(history, List.of(Strike.KILL))).isNotEmpty();
    }

    @Test
    void a_network_that_fails_in_each_way_breaks_no_promise() throws Exception {
        assertThat(judged(CUT_OFF).strikes())
                .extracting(Struck::strike)
                .containsExactlyInAnyOrderElementsOf(Striking.CUTS);
    }
}

package dev.mainstay.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Connections that end before and after every statement of the task engine, each place once, as the
/// bench does it often.
class FailPointsFlowTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration BOUND = Duration.ofMinutes(2);

    @Test
    void no_place_where_a_connection_can_end_breaks_a_promise() throws Exception {
        try (var laboratory = ChaosRun.laboratory()) {
            HistoryReader.createTables(laboratory);
            try (var points = new FailPoints(laboratory, 1, 1, new SplittableRandom(1))) {
                points.strike(PATIENCE, LONGEST);
                Eventually.holds("all tasks end", BOUND, () -> laboratory.number(ChaosRun.OPEN) == 0);
                History history = HistoryReader.read(laboratory, points.told());
                var broken = HistoryCheck.check(history);
                assertThat(broken.values())
                        .as(HistoryCheck.describe(broken))
                        .allSatisfy(words -> assertThat(words).isEmpty());
                assertThat(points.struck()).hasSizeGreaterThan(60);
                assertThat(history.acknowledged()).hasSizeGreaterThan(100);
            }
        }
    }
}

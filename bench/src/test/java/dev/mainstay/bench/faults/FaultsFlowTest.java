package dev.mainstay.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Reporting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A small campaign, as the bench runs a large one. How long it took is the bench's to say; a machine with other work
/// makes any bound here a lie.
class FaultsFlowTest {
    private static final List<FaultKind> KINDS = List.of(
            FaultKind.CRASH,
            FaultKind.HANG,
            FaultKind.ERROR_BURST,
            FaultKind.LOST_CONNECTION,
            FaultKind.POISON_TASK,
            FaultKind.BAD_CONFIGURATION);

    @Test
    void faults_are_detected_and_healed_and_the_healthy_left_alone() throws Exception {
        try (var laboratory = Laboratory.open(Map.of("max_connections", "200"))) {
            // So many agents that a fifth of them is more than fall ill within ten seconds.
            var plan = new FaultPlan(KINDS, 12, 0, 35, 5, 2, Duration.ofSeconds(1), 4);
            Map<String, Double> figures =
                    plan.run(laboratory, new SplittableRandom(1)).values();
            Reporting.say(figures.toString());
            assertThat(figures)
                    .containsEntry("injected", 12.0)
                    .containsEntry("detectedPercent", 100.0)
                    .containsEntry("healedPercent", 100.0)
                    .containsEntry("falseRestarts", 0.0)
                    .containsEntry("restartStorms", 0.0)
                    .containsEntry("recoveriesOfControls", 0.0);
        }
    }
}

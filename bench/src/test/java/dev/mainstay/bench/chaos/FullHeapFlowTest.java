package dev.mainstay.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskDesks;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A handler that uses up all memory of its process whenever it runs, among others that do nothing wrong. The process
/// is told to end of it, and is started again, as whoever watches over processes does.
class FullHeapFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(3);
    private static final List<String> ENDS_WITHOUT_MEMORY =
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError");
    private static final String DEAD = """
        SELECT count(*)
        FROM tasks
        JOIN task_lanes lane USING (organization_id, lane_id)
        WHERE lane.type = 'hungry' AND state = 'dead'
        """;

    private Laboratory laboratory;
    private Feeder feeder;
    private NodeProcess worker;
    private int starts;

    @BeforeEach
    void open() {
        laboratory = ChaosRun.laboratory();
        HistoryReader.createTables(laboratory);
        feeder = new Feeder("heap", laboratory, laboratory.database(), new SplittableRandom(1));
        worker = worker();
    }

    @AfterEach
    void close() {
        worker.close();
        feeder.close();
        laboratory.close();
    }

    private NodeProcess worker() {
        starts++;
        var order = new WorkerOrder(
                laboratory.url(), laboratory.url(), laboratory.user(), laboratory.password(), "node", 20);
        return NodeProcess.start(
                JavaProgram.command(
                        ENDS_WITHOUT_MEMORY, System.getProperty("java.class.path"), WorkerMain.class.getName()),
                "node",
                order);
    }

    @Test
    void what_uses_up_all_memory_is_a_dead_letter_after_three_crashes_and_nothing_else_is_lost() throws Exception {
        feeder.feed(100);
        new TaskDesks(laboratory.database(), laboratory.database()::now, () -> {}, () -> {})
                .of(Organizations.DEFAULT, "test")
                .enqueueAll(List.of(NewTask.of(Kind.HUNGRY.type(), new Piece(0, 1))));
        feeder.feed(100);
        feeder.feedEachKind();

        Eventually.holds("all ends", BOUND, () -> {
            if (!worker.isAlive()) {
                worker = worker();
            }
            return laboratory.number(ChaosRun.OPEN) == 0;
        });

        assertThat(starts).isEqualTo(4);
        assertThat(laboratory.number(DEAD)).isEqualTo(1);
        var broken = HistoryCheck.check(HistoryReader.read(laboratory, List.of(feeder.told())));
        assertThat(broken.values()).as(HistoryCheck.describe(broken)).allMatch(List::isEmpty);
    }
}

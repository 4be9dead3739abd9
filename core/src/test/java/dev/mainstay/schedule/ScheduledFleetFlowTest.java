package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.task.NewTask;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Schedules of a fleet that runs: from the clock to the handler.
class ScheduledFleetFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final TestDatabase test = TestDatabase.create();
    private static final List<String> ran = new CopyOnWriteArrayList<>();
    private static final Fleet first = fleet("first");
    private static final Fleet second = fleet("second");

    private static Fleet fleet(String node) {
        return Fleet.builder()
                .database(test.database())
                .node(node)
                .worker("note", Map.class, (note, context) -> ran.add(note.get("name") + " " + note.get("at")))
                .schedule(NewSchedule.every("ticking-" + node, Duration.ofSeconds(1), note()))
                .start();
    }

    private static NewTask note() {
        return NewTask.of("note", Map.of("name", "${schedule.name}", "at", "${schedule.planned}"));
    }

    @AfterAll
    static void close() {
        second.close();
        first.close();
        test.close();
    }

    private static List<String> ranOf(String name) {
        return ran.stream().filter(text -> text.startsWith(name + " ")).toList();
    }

    @Test
    void a_declared_schedule_fires_again_and_again_and_no_moment_twice() {
        Eventually.holds(
                "both tick",
                BOUND,
                () -> ranOf("ticking-first").size() >= 4
                        && ranOf("ticking-second").size() >= 4);
        assertThat(ran).doesNotHaveDuplicates();
    }

    @Test
    void a_schedule_made_on_any_node_fires_when_its_moment_has_come_and_not_before() {
        for (Fleet fleet : List.of(first, second)) {
            String name = "once-by-" + fleet.node().identity().id();
            Instant at = test.database().now().plusMillis(1_500);
            fleet.schedules().create(NewSchedule.once(name, at, note()));
            Eventually.holds("it ran", BOUND, () -> ranOf(name).size() == 1);
            Fire fire = fleet.schedules().fires(name, 1).getFirst();
            assertThat(fire.firedAt()).isAfterOrEqualTo(fire.plannedAt());
        }
    }
}

package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.NotRetryableException;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.TaskContext;
import dev.mainstay.task.TaskType;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The screens of tasks and queues for people who see, hear or move differently, in both themes and on a narrow screen.
@OneAtATime
class TasksAccessibilityTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String TASK = APP + "mainstay-task-screen >>> ";
    private static Chromium chromium;
    private static Stage stage;
    private static Fleet fleet;
    private static UUID order;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        fleet = stage.node()
                .worker(TaskType.of("order", String.class), TasksAccessibilityTest::order)
                .worker("fail", String.class, (reason, context) -> {
                    throw new NotRetryableException(reason);
                })
                .start();
        fleet.tasks().enqueue(NewTask.of("nobody-knows", Map.of("number", 7)).tagged("a", "b"));
        fleet.tasks().enqueue(NewTask.of("fail", "no such customer"));
        order = fleet.tasks().enqueue(NewTask.of("order", "O-1").unique("O-1")).id();
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            fleet.close();
            stage.close();
        }
    }

    private static Outcome order(String number, TaskContext context) throws Exception {
        context.progress(0.4, "two of five");
        context.step("charge", () -> {});
        return context.approval("large order").approved() ? Outcome.COMPLETED : Outcome.discarded("refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        try (Tab tab = chromium.open()) {
            tab.scheme(scheme);
            tab.open(stage.link("tasks?place=waiting"));
            tab.await("$('" + APP + "mainstay-tasks-screen >>> mainstay-tasks-view >>> mainstay-task-table >>> .row')");
            holds(tab, "tasks");

            open(tab, "tasks/" + order, TASK + "mainstay-task-waterfall >>> mainstay-span-table >>> .wait");
            tab.run("$('" + TASK + "mainstay-task-waterfall >>> mainstay-span-table >>> .row').click()");
            tab.await("$('" + TASK + "mainstay-task-waterfall >>> .span')");
            holds(tab, "task");

            tab.run("$('" + TASK + ".actions button:last-child').previousElementSibling.click()");
            tab.await("$('" + APP + "mainstay-command-dialog >>> #field-payload')");
            holds(tab, "dialog with fields");

            open(tab, "queues", APP + "mainstay-queues-screen >>> mainstay-queue-table >>> .row");
            holds(tab, "queues");
            open(tab, "queues/fail", APP + "mainstay-queue-screen >>> tbody tr");
            holds(tab, "queue");

            tab.size(400, 800);
            narrow(tab, "tasks", "mainstay-tasks-screen >>> mainstay-tasks-view >>> mainstay-task-table");
            narrow(tab, "tasks/" + order, "mainstay-task-screen >>> mainstay-task-waterfall >>> mainstay-span-table");
            narrow(tab, "queues", "mainstay-queues-screen >>> mainstay-queue-table >>> .row");
            narrow(tab, "queues/fail", "mainstay-queue-screen >>> tbody tr");
        }
    }

    private static void narrow(Tab tab, String path, String shown) {
        open(tab, path, APP + shown);
        holds(tab, "narrow " + path);
        assertThat(tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
                        .asBoolean())
                .as("nothing of %s sticks out sideways at 400 px", path)
                .isTrue();
    }

    private static void open(Tab tab, String path, String shown) {
        tab.open(URI.create(stage.address() + path));
        tab.await("$('" + shown + "')");
    }

    private static void holds(Tab tab, String screen) {
        assertThat(tab.accessibilityViolations()).as(screen).isEmpty();
    }
}

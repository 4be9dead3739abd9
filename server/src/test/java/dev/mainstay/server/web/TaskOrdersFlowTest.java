package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.NotRetryableException;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.TaskType;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a person can do to tasks and queues from the screen, down to the stored row.
@OneAtATime
class TaskOrdersFlowTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String LIST = APP + "mainstay-tasks-screen >>> ";
    private static final String TASK = APP + "mainstay-task-screen >>> ";
    private static final String QUEUE = APP + "mainstay-queue-screen >>> ";
    private static final String DIALOG = APP + "mainstay-command-dialog >>> dialog";
    private static final String EFFECT = APP + "mainstay-command-dialog >>> #effect";
    private static Chromium chromium;
    private static Stage stage;
    private static Fleet fleet;
    private Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        fleet = stage.node()
                .worker(
                        TaskType.of("order", String.class),
                        (number, context) -> context.approval("large order").approved()
                                ? Outcome.completed(number)
                                : Outcome.discarded("refused"))
                .worker("picky", Integer.class, (number, context) -> {
                    if (number < 0) {
                        throw new NotRetryableException("less than nothing");
                    }
                })
                .start();
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            fleet.close();
            stage.close();
        }
    }

    @BeforeEach
    void open() {
        tab = chromium.open();
    }

    @AfterEach
    void close() {
        tab.close();
    }

    private static UUID enqueue(NewTask task) {
        return fleet.tasks().enqueue(task).id();
    }

    /// Presses the button of these words on a screen, as soon as it is there, and waits for the question.
    private void press(String screen, String words) {
        String button = "[...$('" + screen
                + "main').querySelectorAll('button')].find((each) => each.innerText.trim() === '" + words + "')";
        tab.await(button);
        tab.run(button + ".click()");
        tab.await("$('" + DIALOG + "').open && !$('" + DIALOG
                + "').querySelector('.buttons button:last-child').disabled");
    }

    private void field(String name, String value) {
        tab.run("$('" + DIALOG + "').querySelector('[name=" + name + "]').value = '" + value + "'");
    }

    private void confirm() {
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("!$('" + DIALOG + "').open");
    }

    @Test
    void a_task_is_cancelled_with_a_reason() {
        UUID id = enqueue(NewTask.of("nobody-knows", "x"));
        tab.open(stage.link("tasks/" + id));
        press(TASK, "Cancel…");
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        assertThat(tab.evaluate("$('" + DIALOG + "').open").asBoolean())
                .as("a reason must be given")
                .isTrue();
        field("reason", "ordered twice");
        confirm();
        tab.await("text('" + TASK + ".status').startsWith('cancelled')");
        tab.await("text('" + TASK + ".note').includes('ordered twice')");
        assertThat(stage.get("/api/v1/tasks/" + id).path("state").asString()).isEqualTo("cancelled");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void an_approval_is_given_and_the_task_goes_on() {
        UUID id = enqueue(NewTask.of("order", "O-1"));
        tab.open(stage.link("tasks/" + id));
        press(TASK, "Approve…");
        field("reason", "known customer");
        confirm();
        tab.await("text('" + TASK + ".status').startsWith('completed')");
        tab.await("text('" + TASK + ".rail').includes('O-1')");
    }

    @Test
    void a_dead_letter_begins_again_with_another_payload() {
        UUID id = enqueue(NewTask.of("picky", -1));
        tab.open(stage.link("tasks/" + id));
        press(TASK, "Redrive…");
        field("payload", "{");
        field("reason", "the number was wrong");
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("text('" + APP + "mainstay-command-dialog >>> [role=alert]').includes('Payload (JSON) is not JSON')");
        field("payload", "7");
        confirm();
        tab.await("text('" + TASK + ".status').startsWith('completed')");
    }

    @Test
    void a_fork_leads_to_the_new_task() {
        UUID id = enqueue(NewTask.of("picky", 3));
        tab.open(stage.link("tasks/" + id));
        press(TASK, "Fork…");
        field("reason", "once more");
        confirm();
        tab.await("location.pathname.startsWith('/tasks/') && location.pathname !== '/tasks/" + id + "'");
        tab.await("text('" + TASK + ".status').startsWith('completed')");
    }

    @Test
    void all_that_a_filter_means_are_counted_and_then_cancelled() {
        for (int number = 0; number < 12; number++) {
            enqueue(NewTask.of("unwanted", number).tagged(number < 9 ? "wrong" : "right"));
        }
        tab.open(stage.link("tasks?type=unwanted&tag=wrong"));
        press(LIST, "Cancel all…");
        tab.await("text('" + EFFECT + "').startsWith('9 tasks')");
        field("reason", "the import was wrong");
        confirm();
        tab.await("$('" + LIST
                + "mainstay-tasks-view >>> mainstay-task-table').rows.every((row) => row.state === 'cancelled')");
        assertThat(stage.get("/api/v1/tasks?type=unwanted&state=open").path("items"))
                .hasSize(3);
    }

    @Test
    void a_task_is_enqueued_by_hand() {
        tab.open(stage.link("tasks"));
        press(LIST, "Enqueue…");
        field("type", "picky");
        field("payload", "5");
        confirm();
        tab.await("text('" + TASK + "h1').startsWith('picky') && text('" + TASK + ".status').startsWith('completed')");
    }

    @Test
    void a_queue_is_paused_resumed_and_limited() {
        enqueue(NewTask.of("slow-lane", "x"));
        tab.open(stage.link("queues/slow-lane"));
        press(QUEUE, "Pause…");
        field("reason", "the supplier is down");
        confirm();
        tab.await("text('" + QUEUE + ".note').includes('the supplier is down')");
        press(QUEUE, "Resume…");
        field("reason", "it is back");
        confirm();
        tab.await("!$('" + QUEUE + ".note')");
        press(QUEUE, "Limits…");
        field("concurrency", "8");
        field("reason", "it takes no more");
        confirm();
        tab.await("text('" + QUEUE + ".rail').includes('8 at once')");
        assertThat(stage.get("/api/v1/queues/slow-lane")
                        .path("limits")
                        .path("concurrency")
                        .asInt())
                .isEqualTo(8);
    }

    @Test
    void all_dead_letters_of_a_queue_begin_again() {
        UUID id = enqueue(NewTask.of("picky", -2).inQueue("hospital"));
        enqueue(NewTask.of("picky", -3).inQueue("hospital"));
        tab.open(stage.link("queues/hospital"));
        tab.await("$('" + QUEUE + "main').querySelectorAll('[aria-labelledby=dead] tbody tr').length === 2");
        press(QUEUE, "Redrive all…");
        tab.await("text('" + EFFECT + "').startsWith('2 tasks')");
        field("reason", "try once more");
        confirm();
        tab.open(URI.create(stage.address() + "tasks/" + id));
        tab.await("$('" + TASK + "mainstay-attempt-table >>> tbody').querySelectorAll('tr').length === 2");
    }

    @Test
    void a_viewer_is_offered_no_orders() {
        UUID id = enqueue(NewTask.of("nobody-knows", "y"));
        tab.open(URI.create(stage.address() + "tasks/" + id + "#token=" + stage.key(Role.VIEWER)));
        tab.await("text('" + TASK + ".status').startsWith('no worker')");
        assertThat(tab.evaluate("$('" + TASK + "main').querySelectorAll('.actions button').length")
                        .asInt())
                .isZero();
    }
}

package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.NotRetryableException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A person at the screens of tasks and queues, with a real browser, server, worker and database.
@OneAtATime
class TasksScreenFlowTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String LIST = APP + "mainstay-tasks-screen >>> ";
    private static final String TABLE = LIST + "mainstay-tasks-view >>> mainstay-task-table";
    private static final String TASK = APP + "mainstay-task-screen >>> ";
    private static final String SPANS = TASK + "mainstay-task-waterfall >>> mainstay-span-table";
    private static final String QUEUES = APP + "mainstay-queues-screen >>> ";
    private static final String QUEUE = APP + "mainstay-queue-screen >>> ";
    private static Chromium chromium;
    private static Stage stage;
    private static Fleet fleet;
    private Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        fleet = stage.node()
                .worker("greet", String.class, (name, context) -> context.step("say", () -> {}))
                .worker("fail", String.class, (reason, context) -> {
                    throw new NotRetryableException(reason);
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

    private static String rows(String words) {
        return "text('" + TABLE + " >>> .body').includes('" + words + "')";
    }

    @Test
    void without_tasks_and_queues_it_says_what_to_do_next() {
        try (Stage empty = new Stage()) {
            tab.open(empty.link("tasks"));
            tab.await("text('" + LIST + "mainstay-tasks-view').includes('No tasks yet')");
            tab.open(URI.create(empty.address() + "queues"));
            tab.await("text('" + QUEUES + "section').includes('No queues yet')");
            assertThat(tab.complaints()).isEmpty();
        }
    }

    @Test
    void what_is_enqueued_is_seen_without_being_asked_for_and_how_it_ended_too() {
        tab.open(stage.link("tasks?type=greet"));
        tab.await("text('" + LIST + "mainstay-tasks-view').includes('No task matches')");
        tab.endIntervals();
        enqueue(NewTask.of("greet", "ada").tagged("morning"));
        tab.await(rows("completed") + " && " + rows("morning"));
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void the_filter_stands_in_the_address_and_the_back_button_leads_back_to_it() {
        enqueue(NewTask.of("nobody-knows", Map.of("number", "INV-77")));
        enqueue(NewTask.of("nobody-knows", Map.of("number", "INV-78")));
        tab.open(stage.link("tasks"));
        tab.await(rows("nobody-knows"));
        tab.press("/");
        tab.type("inv-77");
        tab.await("location.search === '?q=inv-77' && $('" + TABLE + "').rows.length === 1");
        tab.run("$('" + TABLE + " >>> .row').focus()");
        tab.press("Enter");
        tab.await("text('" + TASK + "mainstay-json-box >>> pre').includes('INV-77')");
        assertThat(tab.evaluate("location.pathname").asString()).startsWith("/tasks/");
        tab.run("history.back()");
        tab.await("location.search === '?q=inv-77' && $('" + TABLE + "').rows.length === 1");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_click_on_a_place_shows_the_tasks_that_are_there() {
        UUID stands = enqueue(NewTask.of("nobody-comes", "x"));
        tab.open(stage.link("tasks"));
        String place = "[...$('" + LIST
                + "mainstay-task-tiles').shadowRoot.querySelectorAll('button')].find((each) => each.title.endsWith('no worker'))";
        tab.await(place);
        tab.run(place + ".click()");
        tab.await("location.search === '?place=no-worker' && $('" + TABLE
                + "').rows.every((row) => row.place === 'no-worker')" + " && $('" + TABLE
                + "').rows.some((row) => row.id === '" + stands + "')");
    }

    @Test
    void a_long_list_is_read_page_by_page_and_only_rows_in_sight_exist() {
        List<NewTask> many = new ArrayList<>();
        for (int number = 0; number < 350; number++) {
            many.add(NewTask.of("long-list", number));
        }
        fleet.tasks().enqueueAll(many);
        tab.open(stage.link("tasks?type=long-list"));
        tab.await("$('" + TABLE + "').rows.length === 100");
        assertThat(tab.evaluate("$('" + TABLE + "').shadowRoot.querySelectorAll('.row').length")
                        .asInt())
                .isBetween(10, 60);
        String down = "$('" + TABLE + " >>> .scroller').scrollTop = 1e6";
        for (int pages = 2; pages <= 4; pages++) {
            tab.await("(" + down + ", $('" + TABLE + "').rows.length >= " + Math.min(350, pages * 100) + ")");
        }
        assertThat(tab.evaluate("new Set($('" + TABLE + "').rows.map((row) => row.id)).size")
                        .asInt())
                .isEqualTo(350);
    }

    @Test
    void a_filter_is_saved_under_a_name_for_everybody() {
        String saved = LIST + "mainstay-saved-filters >>> ";
        tab.open(stage.link("tasks?type=greet&state=completed"));
        tab.await("text('" + saved + ".line').includes('Save this filter')");
        tab.run("$('" + saved + ".link').click()");
        tab.await("$('" + APP + "mainstay-command-dialog >>> dialog').open");
        tab.type("greetings");
        tab.press("Enter");
        tab.await("text('" + saved + "[aria-pressed=true]') === 'greetings'");
        tab.open(URI.create(stage.address() + "tasks#token=" + stage.key(Role.VIEWER)));
        tab.await("text('" + saved + ".line') === 'greetings'");
        tab.run("$('" + saved + "button').click()");
        tab.await("location.search === '?state=completed&type=greet'");
    }

    @Test
    void a_task_of_a_hundred_thousand_spans_is_read_a_window_at_a_time() {
        UUID id = enqueue(NewTask.of("endless", "x"));
        stage.execute("""
                INSERT INTO task_steps (organization_id, task_id, position, name, kind, fence, started_at, ended_at, result)
                SELECT organization_id, id, n, 'row ' || n, CASE mod(n, 10) WHEN 9 THEN 'sleep' ELSE 'step' END, 1,
                    created_at + n * interval '1 ms', created_at + n * interval '1 ms' + interval '700 us', NULL
                FROM tasks, generate_series(0, 99999) AS n
                WHERE id = '%s'
                """.formatted(id));
        tab.open(stage.link("tasks/" + id));
        tab.await("text('" + SPANS + " >>> .row').startsWith('row 0 ')");
        assertThat(tab.evaluate("$('" + SPANS + "').rows.length").asInt()).isEqualTo(200);
        assertThat(tab.evaluate("$('" + SPANS + "').shadowRoot.querySelectorAll('.row').length")
                        .asInt())
                .isBetween(10, 60);

        tab.run("$('" + SPANS + " >>> .scroller').scrollTop = 1e6");
        tab.await("$('" + SPANS + "').rows.length === 1200");
        tab.run(
                "const jump = $('" + TASK
                        + "mainstay-task-waterfall >>> .jump input'); jump.value = 10; jump.dispatchEvent(new Event('change'))");
        tab.await("$('" + SPANS + "').rows.length === 200 && $('" + SPANS + "').rows[0].number > 0");
        tab.run("$('" + TASK + "mainstay-task-waterfall >>> input[type=checkbox]').click()");
        tab.await("$('" + SPANS + "').rows.every((span) => span.kind === 'step')");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_queue_nobody_works_on_is_shown_as_a_problem() {
        enqueue(NewTask.of("orphan", "x"));
        tab.open(stage.link("queues"));
        tab.await(
                "[...$('" + APP
                        + "mainstay-queues-screen').shadowRoot.querySelectorAll('.problem')].some((each) => each.innerText.includes('orphan'))");
        tab.open(URI.create(stage.address() + "queues/orphan"));
        tab.await("text('" + QUEUE + ".status').startsWith('no worker')");
        tab.await("text('" + QUEUE + ".rail').includes('nobody')");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void what_was_given_up_is_listed_with_its_queue_and_says_why() {
        UUID id = enqueue(NewTask.of("fail", "no such customer"));
        tab.open(stage.link("queues/fail"));
        tab.await("text('" + QUEUE + "tbody').includes('no such customer')");
        tab.open(URI.create(stage.address() + "tasks/" + id));
        tab.await("text('" + TASK + ".fault').includes('no such customer')");
        tab.await("text('" + TASK + "mainstay-attempt-table >>> tbody').includes('dead')");
    }

    @Test
    void what_does_not_exist_is_said_and_leads_on() {
        tab.open(stage.link("tasks/" + new UUID(1, 2)));
        tab.await("text('" + TASK + "h1') === 'There is no such task'");
        tab.open(URI.create(stage.address() + "queues/nothing"));
        tab.await("text('" + QUEUE + "h1') === 'There is no such queue'");
        tab.run("$('" + QUEUE + "[role=alert] a').click()");
        tab.await("location.pathname === '/queues' && text('" + QUEUES + "h1') === 'Queues'");
    }
}

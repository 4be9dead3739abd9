package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A person at the screen of schedules, with a real browser, server and database.
@OneAtATime
class SchedulesScreenTest {
    private static final String SCREEN = "mainstay-dashboard >>> mainstay-schedules-screen";
    private static final String TABLE = SCREEN + " >>> mainstay-schedule-table";
    private static final String PANEL = SCREEN + " >>> mainstay-schedule-panel";
    private static final String FORM = SCREEN + " >>> mainstay-schedule-form";
    private static final String FILL = SCREEN + " >>> mainstay-schedule-backfill";
    private static final String DIALOG = "mainstay-dashboard >>> mainstay-command-dialog";
    private static Chromium chromium;
    private static Stage stage;
    private Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        make(
                "nightly-report",
                Map.of("cron", "0 3 * * *", "zone", "Europe/Berlin", "description", "Orders of the day"));
        make("cache-refresh", Map.of("every", "PT15M"));
        make("held", Map.of("cron", "*/5 9-17 * * 1-5"));
        stage.post("/api/v1/schedules/held/pause", Map.of("reason", "the supplier moves"));
        stage.post("/api/v1/schedules/cache-refresh/run", Map.of());
    }

    private static void make(String name, Map<String, String> when) {
        Map<String, Object> body = new HashMap<>(when);
        body.put("name", name);
        body.put("task", Map.of("type", "report", "payload", Map.of("of", "orders")));
        stage.post("/api/v1/schedules", body);
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
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

    private void shown(String path) {
        tab.open(stage.link(path));
        tab.await("$('" + TABLE + "')");
    }

    private static String value(String name, String value) {
        return "(() => { const field = $('" + FORM + " >>> form').elements." + name + "; field.value = '" + value
                + "'; field.dispatchEvent(new Event('input', {bubbles: true})); })()";
    }

    private static String click(String element, String word) {
        return "[...$('" + element
                + "').shadowRoot.querySelectorAll('button')].find((each) => each.textContent.trim().startsWith('" + word
                + "')).click()";
    }

    @Test
    void each_schedule_has_a_row_that_says_when_it_fires_and_what_came_of_it() {
        shown("schedules");
        String text = tab.evaluate("$('" + TABLE + "').shadowRoot.textContent").asString();
        assertThat(text.replaceAll("\\s+", " "))
                .contains("nightly-report", "at 03:00, time of Europe/Berlin", "every 15m", "paused", "open", "never");
        assertThat(tab.evaluate("$('" + TABLE + "').shadowRoot.querySelectorAll('tbody tr').length")
                        .asInt())
                .isGreaterThanOrEqualTo(3);
        tab.open(stage.link("schedules?state=paused"));
        tab.await("$('" + TABLE + "') && $('" + TABLE + "').shadowRoot.querySelectorAll('tbody tr').length === 1");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_schedule_opens_with_its_next_moments_and_fires_and_is_paused_with_a_reason() {
        shown("schedules/nightly-report");
        tab.await("$('" + PANEL + "').shadowRoot.querySelectorAll('ol li').length === 10");
        tab.run(click(PANEL, "Run now"));
        tab.await("text('" + PANEL + " >>> table').includes('manual')");
        tab.run(click(PANEL, "Pause"));
        tab.await("$('" + DIALOG + " >>> dialog').open");
        tab.run("$('" + DIALOG + " >>> textarea').focus()");
        tab.type("month end");
        tab.run(click(DIALOG, "Pause"));
        tab.await("text('" + PANEL + " >>> dl').includes('month end')");
        tab.run(click(PANEL, "Resume"));
        tab.await("$('" + DIALOG + " >>> dialog').open");
        tab.run("$('" + DIALOG + " >>> textarea').focus()");
        tab.type("done");
        tab.run(click(DIALOG, "Resume"));
        tab.await("text('" + PANEL + " >>> header').includes('active')");
    }

    @Test
    void the_form_says_what_a_schedule_would_do_and_makes_it() {
        shown("schedules");
        tab.run(click(SCREEN, "New schedule"));
        tab.await("$('" + FORM + " >>> dialog').open");
        tab.run(value("name", "made-here"));
        tab.run(value("type", "report"));
        tab.run(value("timing", "0 0 31 2 *"));
        tab.await("text('" + FORM + " >>> .preview').includes('never fires')");
        tab.run(value("timing", "@daily"));
        tab.await("text('" + FORM + " >>> .preview').includes('at 00:00')");
        tab.run(click(FORM, "Create"));
        tab.await("location.pathname === '/schedules/made-here' && text('" + PANEL
                + " >>> header').includes('made-here')");
        assertThat(stage.get("/api/v1/schedules/made-here").path("cron").asString())
                .isEqualTo("@daily");
        tab.await("$('" + PANEL + "').shadowRoot.querySelectorAll('ol li').length === 10");
        tab.run(click(PANEL, "Edit"));
        tab.await("$('" + FORM + " >>> dialog').open");
        tab.run(value("description", "changed"));
        tab.run(click(FORM, "Change"));
        tab.await("text('" + PANEL + " >>> section').includes('changed')");
    }

    @Test
    void a_back_fill_is_counted_and_done() {
        shown("schedules/cache-refresh");
        tab.await("$('" + PANEL + "').shadowRoot.querySelectorAll('ol li').length === 10");
        tab.run(click(PANEL, "Back-fill"));
        tab.await("text('" + FILL + " >>> .buttons').match(/Enqueue 9[5-7] tasks/)");
        tab.run(click(FILL, "Enqueue"));
        tab.await("text('" + PANEL + " >>> table').includes('backfill')");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        tab.scheme(scheme);
        shown("schedules/held");
        tab.await("$('" + PANEL + "').shadowRoot.querySelectorAll('ol li').length === 10");
        assertThat(tab.accessibilityViolations()).as("list and panel").isEmpty();
        tab.run(click(SCREEN, "New schedule"));
        tab.await("$('" + FORM + " >>> dialog').open");
        assertThat(tab.accessibilityViolations()).as("form").isEmpty();
        tab.size(400, 800);
        shown("schedules");
        assertThat(tab.accessibilityViolations()).as("narrow").isEmpty();
        assertThat(tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
                        .asBoolean())
                .as("nothing sticks out sideways at 400 px")
                .isTrue();
    }
}

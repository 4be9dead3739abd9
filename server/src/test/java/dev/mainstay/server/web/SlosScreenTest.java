package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
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

/// A person at the screen of SLOs, with a real browser, server and database. How they stand are rows, since minutes are
/// counted after their end.
@OneAtATime
class SlosScreenTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String SCREEN = APP + "mainstay-slos-screen >>> ";
    private static final String TABLE = SCREEN + "mainstay-slo-table";
    private static final String PANEL = SCREEN + "mainstay-slo-panel";
    private static final String DIALOG = APP + "mainstay-command-dialog >>> dialog";
    private static Chromium chromium;
    private static Stage stage;
    private Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        stage.agent("price-sync", "PT10S");
        declare("kept-well", Map.of("agent", "price-sync", "indicator", "success", "objective", 99));
        declare("burning", Map.of("queue", "orders", "indicator", "latency", "within", "PT2S", "objective", 99.5));
        declare("fresh", Map.of("agent", "price-sync", "indicator", "heartbeat", "objective", 99.9));
        status("kept-well", 9_990, 0.9, "NULL, NULL, NULL", "", 0.2);
        status(
                "burning",
                9_800,
                -3,
                "'page', 20, now() - interval '4 minutes'",
                "its budget burns 20 times too fast",
                20);
    }

    private static void declare(String name, Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.put("name", name);
        stage.post("/api/v1/slos", body);
    }

    private static void status(String slo, int good, double left, String urgency, String summary, double rate) {
        stage.execute("""
                INSERT INTO slo_status (organization_id, slo, at, good, total, reached, budget_left, urgency, burn_rate,
                    since, summary, windows)
                VALUES ('%1$s', '%2$s', now(), %3$d, 10000, %3$d / 100.0, %4$s, %5$s, '%6$s',
                    '[{"window": "1h", "good": 80, "total": 100, "burnRate": %7$s, "burnRateAtLeast": %7$s},
                      {"window": "5m", "good": 18, "total": 20, "burnRate": %7$s, "burnRateAtLeast": 1}]')
                """.formatted(Organizations.DEFAULT, slo, good, left, urgency, summary, rate));
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

    @Test
    void what_burns_comes_first_and_tells_in_which_windows() {
        tab.open(stage.link("slos"));
        tab.await("text('" + TABLE + "').includes('fresh')");
        assertThat(tab.evaluate("text('" + TABLE + " >>> .body')").asString())
                .containsSubsequence(
                        "burns: page", "burning", "4× spent", "kept", "kept-well", "90 %", "nothing counted");
        tab.run("$('" + TABLE + " >>> .row').click()");
        tab.await("text('" + PANEL + " >>> h2') === 'burning'");
        String told = tab.evaluate("text('" + PANEL + "')").asString();
        assertThat(told).contains("200 of 10,000 were bad", "98 % reached", "99.5 % promised", "20 times too fast");
        assertThat(tab.evaluate(
                                "[...$('" + PANEL
                                        + "').shadowRoot.querySelectorAll('.burns')].map((each) => each.innerText.trim()).join()")
                        .asString())
                .isEqualTo("20,20");
        tab.press("Escape");
        tab.await("!$('" + PANEL + "')");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void one_is_declared_and_removed_again() {
        tab.open(stage.link("slos"));
        tab.await("$('" + TABLE + "')");
        tab.run("$('" + SCREEN + ".title button').click()");
        tab.await("$('" + DIALOG + "').open");
        Map.of("name", "by-hand", "agent", "price-sync", "objective", "97.5")
                .forEach((field, value) ->
                        tab.run("$('" + DIALOG + "').querySelector('[name=" + field + "]').value = '" + value + "'"));
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("text('" + PANEL + " >>> h2') === 'by-hand'");
        tab.await("text('" + PANEL + "').includes('97.5 % end well, over 30 days')");
        assertThat(stage.get("/api/v1/slos/by-hand").path("objective").asDouble())
                .isEqualTo(97.5);
        tab.run("$('" + PANEL + " >>> .actions button').click()");
        tab.await("$('" + DIALOG + "').open");
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("location.pathname === '/slos' && !text('" + TABLE + "').includes('by-hand')");
    }

    @Test
    void what_is_refused_is_said_with_the_words_of_the_server() {
        tab.open(stage.link("slos"));
        tab.await("$('" + TABLE + "')");
        tab.run("$('" + SCREEN + ".title button').click()");
        tab.await("$('" + DIALOG + "').open");
        tab.run("$('" + DIALOG + "').querySelector('[name=name]').value = 'of-nobody'");
        tab.run("$('" + DIALOG + "').querySelector('[name=objective]').value = '99'");
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("$('" + DIALOG + "').querySelector('[role=alert]')");
        assertThat(tab.evaluate("text('" + APP + "mainstay-command-dialog >>> [role=alert]')")
                        .asString())
                .contains("agent");
    }

    @Test
    void without_any_it_says_how_to_declare_one() {
        try (Stage other = new Stage();
                Tab empty = chromium.open()) {
            empty.open(other.link("slos"));
            empty.await("text('" + SCREEN + ".empty').includes('Nothing is promised yet')");
            assertThat(empty.complaints()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        tab.scheme(scheme);
        for (int width : new int[] {1280, 400}) {
            tab.size(width, 900);
            tab.open(stage.link("slos"));
            tab.await("$('" + TABLE + " >>> .row')");
            holds("the list at " + width);
            tab.open(stage.link("slos/burning"));
            tab.await("$('" + PANEL + " >>> table')");
            holds("an SLO at " + width);
        }
    }

    private void holds(String what) {
        assertThat(tab.accessibilityViolations()).as(what).isEmpty();
        assertThat(tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
                        .asBoolean())
                .as("nothing sticks out of %s", what)
                .isTrue();
    }
}

package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The dashboard for people who see, hear or move differently, in both themes and on a narrow screen.
@OneAtATime
class DashboardAccessibilityTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String BAR = APP + "mainstay-top-bar >>> ";
    private static final String FLEET = APP + "mainstay-fleet-screen >>> ";
    private static Chromium chromium;
    private static Stage stage;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        for (int number = 0; number < 20; number++) {
            stage.agent("agent-" + number, "PT10S");
        }
        stage.agentOf("quotes", "agent-20");
        stage.beat("agent-7", Map.of("ticks", 9, "failures", 9, "lastError", "connection refused"));
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            stage.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        try (Tab tab = chromium.open()) {
            tab.scheme(scheme);
            tab.open(stage.address());
            tab.await("$('" + APP + "mainstay-sign-in >>> #key')");
            assertThat(tab.accessibilityViolations()).as("sign-in").isEmpty();

            tab.open(stage.link("?agent=agent-7"));
            tab.await("text('" + FLEET + "mainstay-agent-panel >>> .fault').includes('refused')");
            tab.await("$('" + FLEET + "mainstay-agent-panel >>> mainstay-metric-chart >>> canvas').width > 300");
            assertThat(tab.accessibilityViolations()).as("fleet with a panel").isEmpty();

            tab.run("$('" + FLEET + "mainstay-agent-panel >>> .actions button').click()");
            tab.await("$('" + APP + "mainstay-command-dialog >>> dialog').open");
            assertThat(tab.accessibilityViolations()).as("dialog").isEmpty();

            tab.size(400, 800);
            tab.open(stage.address());
            tab.await("$('" + FLEET + "mainstay-agents-view >>> mainstay-agent-table >>> mainstay-agent-row')");
            assertThat(tab.accessibilityViolations()).as("narrow").isEmpty();
            assertThat(tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
                            .asBoolean())
                    .as("nothing sticks out sideways at 400 px")
                    .isTrue();
        }
    }

    @Test
    void every_screen_can_be_reached_from_the_header_of_a_small_window() {
        try (Tab tab = chromium.open()) {
            for (int width : new int[] {1_000, 1_179, 1_180, 1_200, 1_440}) {
                tab.size(width, 800);
                tab.open(stage.link("alerts"));
                tab.await("text('" + BAR + "mainstay-screen-links >>> [aria-current=page]') === 'Alerts'");
                // Whether or not the database is heard of in time.
                for (boolean isAway : new boolean[] {true, false}) {
                    tab.await("(() => { const bar = $('" + APP + "mainstay-top-bar'); bar.databaseAway = " + isAway
                            + "; const list = $('" + BAR + "mainstay-screen-links >>> ul'); "
                            + "return text('" + BAR + "[role=status]') === '"
                            + (isAway ? "Waiting for PostgreSQL" : "Live") + "' && list.scrollWidth <= list.clientWidth"
                            + " && document.documentElement.scrollWidth <= innerWidth; })()");
                }
            }
        }
    }
}

package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A person at the screen of messages, with a real browser, server and database.
@OneAtATime
class MessagesScreenTest {
    private static final String SCREEN = "mainstay-dashboard >>> mainstay-messages-screen";
    private static final String TABLE = SCREEN + " >>> mainstay-message-table";
    private static final String PANEL = SCREEN + " >>> mainstay-message-panel";
    private static final String GROUPS = SCREEN + " >>> mainstay-message-groups";
    private static final String DIALOG = "mainstay-dashboard >>> mainstay-command-dialog";
    private static final String ROWS = "$('" + TABLE + "')?.shadowRoot.querySelectorAll('tbody tr').length";
    private static Chromium chromium;
    private static Stage stage;
    private static long question;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        question = publish("@planner", "ask.plan", Map.of("correlationId", "plan-1", "priority", "critical"));
        publish("plans", "told", Map.of("correlationId", "plan-1"));
        long unsold = publish("orders", "eu.created", Map.of());
        long dead = publish("orders", "eu.created", Map.of());
        stage.execute("""
                INSERT INTO message_groups (organization_id, name, channels, keys, ordered, max_attempts, ack_within,
                    positions, missed)
                VALUES ('%1$s', 'billing', '{orders}', '#', true, 5, '30 s', array_fill(0::bigint, ARRAY[4]), 3),
                    ('%1$s', 'shipping', '{orders}', '#', true, 5, '30 s', array_fill(0::bigint, ARRAY[4]), 0);
                INSERT INTO message_dead_letters (organization_id, group_name, position, attempts, reason)
                VALUES ('%1$s', 'billing', %2$d, 5, 'no such customer'), ('%1$s', 'shipping', %3$d, 5, 'out of stock')
                """.formatted(Organizations.DEFAULT, dead, unsold));
    }

    private static long publish(String channel, String key, Map<String, String> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.put("channel", channel);
        body.put("routingKey", key);
        body.put("body", Map.of("number", 7));
        return stage.post("/api/v1/messages", body).path("position").asLong();
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            stage.close();
        }
    }

    private static Tab shown(String path) {
        Tab tab = chromium.open();
        tab.open(stage.link(path));
        tab.await("$('" + TABLE + "')");
        return tab;
    }

    @Test
    void messages_come_live_and_are_found_by_what_they_carry() {
        try (Tab tab = chromium.open()) {
            tab.open(stage.link("messages?channel=lively"));
            tab.await("text('" + SCREEN + " >>> .empty').includes('No message matches')");
            tab.await("text('" + SCREEN + " >>> .count').includes('live')");
            publish("lively", "a", Map.of());
            tab.await(ROWS + " === 1");
            tab.open(stage.link("messages?priority=critical"));
            tab.await(ROWS + " === 1 && text('" + TABLE + "').includes('agent planner')");
            assertThat(tab.complaints()).isEmpty();
        }
    }

    @Test
    void a_thread_is_told_in_order_with_its_waits() {
        try (Tab tab = shown("messages/" + question)) {
            tab.await("$('" + PANEL + "').shadowRoot.querySelectorAll('ol li').length === 2");
            assertThat(tab.evaluate("text('" + PANEL + " >>> ol')").asString())
                    .containsSubsequence("begins", "agent planner", "later", "plans");
            publish("plans", "changed", Map.of("correlationId", "plan-1"));
            tab.await("$('" + PANEL + "').shadowRoot.querySelectorAll('ol li').length === 3");
        }
    }

    @Test
    void a_dead_letter_is_redriven_once_a_person_says_so() {
        try (Tab tab = shown("messages")) {
            tab.await("text('" + GROUPS + "').includes('no such customer')");
            tab.run("$('" + GROUPS + " >>> .letter button').click()");
            tab.await("$('" + DIALOG + " >>> dialog').open");
            tab.run("$('" + DIALOG + " >>> form').requestSubmit()");
            tab.await("!text('" + GROUPS + "').includes('no such customer')");
            assertThat(stage.get("/api/v1/message-groups/billing")
                            .path("waiting")
                            .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void what_was_redriven_is_gone_when_the_dialog_is_also_where_an_older_reading_is_under_way() {
        try (Tab tab = shown("messages")) {
            tab.await("text('" + GROUPS + "').includes('out of stock')");
            tab.run("window.plain = fetch; window.fetch = async (...what) => { const answer = await plain(...what);"
                    + " if (String(what[0]).includes('dead-letters')) await new Promise(done => setTimeout(done, 2000));"
                    + " return answer; }");
            tab.run("$('" + GROUPS + "').reading.now()");
            tab.run("[...$('" + GROUPS + "').shadowRoot.querySelectorAll('.letter')]"
                    + ".find(each => each.textContent.includes('out of stock')).querySelector('button').click()");
            tab.await("$('" + DIALOG + " >>> dialog').open");
            tab.run("$('" + DIALOG + " >>> form').requestSubmit()");
            tab.await("!$('" + DIALOG + " >>> dialog').open");
            assertThat(tab.evaluate("text('" + GROUPS + "')").asString()).doesNotContain("out of stock");
        }
    }

    @Test
    void what_a_group_missed_is_told() {
        try (Tab tab = shown("messages")) {
            tab.await("text('" + GROUPS + "').includes('missed 3 messages')");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        try (Tab tab = chromium.open()) {
            tab.scheme(scheme);
            for (String path : new String[] {"messages", "messages/" + question}) {
                for (int width : new int[] {1280, 400}) {
                    tab.size(width, 900);
                    tab.open(stage.link(path));
                    tab.await(ROWS + " > 0");
                    assertThat(tab.accessibilityViolations())
                            .as("%s at %d", path, width)
                            .isEmpty();
                    assertThat(tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
                                    .asBoolean())
                            .as("nothing of %s sticks out at %d", path, width)
                            .isTrue();
                }
            }
        }
    }
}

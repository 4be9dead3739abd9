package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.server.cli.Terminal.Said;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `mainstay message …` against a server that runs.
class MessageCommandFlowTest {
    @TempDir
    private static Path folder;

    private static CommandStage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = CommandStage.start(folder, "first", "");
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static Said type(String... words) {
        return stage.terminal().type(words);
    }

    private static Said done(String... words) {
        return stage.terminal().done(words);
    }

    private static JsonNode json(String... words) {
        return ApiClient.JSON.readTree(done(words).out());
    }

    private static long publish(String channel, String body) {
        return json("message", "publish", channel, body, "-o", "json")
                .path("position")
                .asLong();
    }

    @Test
    void what_was_published_a_while_ago_is_told_by_tail() {
        publish("not-orders", "{\"number\": 6}");
        assertThat(done("message", "publish", "orders", "{\"number\": 7}", "--key", "eu.created")
                        .out())
                .contains("position");
        for (String since : List.of("1h", "PT1H", "2026-01-01T00:00:00Z")) {
            assertThat(done("message", "tail", "orders", "--since", since, "--count", "1")
                            .out())
                    .contains("\"number\":7");
        }
    }

    @Test
    void tail_waits_for_what_is_not_published_yet() throws Exception {
        publish("live", "1");
        try (ExecutorService person = Threads.virtualExecutor("person")) {
            Future<Said> tail = person.submit(() -> done("message", "tail", "live", "--since", "1h", "--count", "2"));
            assertThatThrownBy(() -> tail.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            publish("live", "2");
            assertThat(tail.get(20, TimeUnit.SECONDS)
                            .out()
                            .lines()
                            .map(line ->
                                    ApiClient.JSON.readTree(line).path("body").asInt()))
                    .containsExactly(1, 2);
        }
    }

    @Test
    void a_time_that_is_none_is_refused_by_the_name_of_its_option() {
        var said = type("message", "tail", "orders", "--since", "banana", "--count", "1");
        assertThat(said.exit()).isEqualTo(2);
        assertThat(said.err()).contains("--since");
    }

    @Test
    void tail_tells_each_message_once_and_in_order() {
        for (int i = 0; i < 30; i++) {
            publish("many", "{\"n\": " + i + "}");
        }
        assertThat(done("message", "tail", "many", "--since", "1h", "--count", "30")
                        .out()
                        .lines()
                        .map(line -> ApiClient.JSON
                                .readTree(line)
                                .path("body")
                                .path("n")
                                .asInt()))
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize(30);
        done("message", "publish", "many", "{\"n\": 30}", "--key", "last.one");
        assertThat(done("message", "tail", "many", "--since", "1h", "--key", "last.#", "--count", "1")
                        .out())
                .contains("\"n\":30");
        assertThat(done("message", "tail", "many", "--since", "1h", "--filter", "body.n >= 29", "--count", "1")
                        .out())
                .contains("\"n\":29");
    }

    @Test
    void messages_are_found_by_what_they_carry_and_channels_are_listed() {
        done("message", "publish", "found", "1", "--key", "a.b", "--priority", "high", "--correlation", "c-9");
        done("message", "publish", "found", "2");
        for (String[] choice : new String[][] {{"--key", "a.#"}, {"--priority", "high"}, {"--correlation", "c-9"}}) {
            var found = json("message", "list", "found", choice[0], choice[1], "--since", "1h", "-o", "json");
            assertThat(found.path("items").valueStream().map(m -> m.path("body").asInt()))
                    .as(choice[0])
                    .containsExactly(1);
        }
        assertThat(done("message", "channels").out()).contains("found");
    }

    @Test
    void messages_are_found_by_their_sender_and_no_more_than_asked_for() {
        for (int i = 0; i < 3; i++) {
            publish("counted", Integer.toString(i));
        }
        String sender = json("message", "list", "counted", "-o", "json")
                .path("items")
                .get(0)
                .path("sender")
                .asString();
        assertThat(sender).startsWith("admin token of ").doesNotContain("(key");
        assertThat(json("message", "list", "counted", "--sender", sender, "--limit", "2", "-o", "json")
                        .path("items")
                        .valueStream()
                        .map(m -> m.path("body").asInt()))
                .containsExactly(2, 1);
        assertThat(json("message", "list", "counted", "--sender", "nobody", "-o", "json")
                        .path("items"))
                .isEmpty();
    }

    @Test
    void a_message_is_published_with_a_time_to_live() {
        done("message", "publish", "brief", "1", "--ttl", "1h");
        assertThat(json("message", "list", "brief", "-o", "json")
                        .path("items")
                        .get(0)
                        .path("expiresAt")
                        .asString(""))
                .isNotEmpty();
    }

    @Test
    void a_group_is_created_described_set_back_and_forgotten_after_it_was_confirmed() {
        publish("bills", "1");
        var group = json(
                "message",
                "groups",
                "create",
                "billing",
                "bills",
                "--key",
                "#",
                "--filter",
                "body.n >= 1",
                "--attempts",
                "3",
                "--retry",
                "PT2S",
                "--longest-retry",
                "PT1M",
                "--ack-within",
                "PT5S",
                "--from",
                "oldest",
                "--unordered",
                "-o",
                "json");
        assertThat(group.path("maxAttempts").asInt()).isEqualTo(3);
        assertThat(group.path("ordered").asBoolean()).isFalse();
        assertThat(List.of("keys", "filter", "firstRetry", "longestRetry", "ackWithin"))
                .extracting(name -> group.path(name).asString(""))
                .containsExactly("#", "body.n >= 1", "PT2S", "PT1M", "PT5S");
        assertThat(done("message", "groups").out()).contains("MISSED");
        assertThat(json("message", "groups", "describe", "billing", "-o", "json")
                        .path("behind")
                        .asInt())
                .isEqualTo(1);
        assertThat(json("message", "groups", "seek", "billing", "newest", "-o", "json")
                        .path("behind")
                        .asInt())
                .isZero();
        assertThat(done("message", "groups").out()).contains("billing");
        assertThat(done("message", "groups", "list").out()).contains("billing");

        var unconfirmed = type("message", "groups", "delete", "billing");
        assertThat(unconfirmed.exit()).as(unconfirmed.err()).isEqualTo(2);
        assertThat(done("message", "groups", "describe", "billing").out().toLowerCase(Locale.ROOT))
                .contains("filter", "attempts", "within");
        done("message", "groups", "delete", "billing", "--yes");
        var forgotten = type("message", "groups", "describe", "billing");
        assertThat(forgotten.exit()).isEqualTo(3);
        assertThat(forgotten.err()).contains("`mainstay message groups list` lists");
    }

    @Test
    void dead_letters_are_listed_redriven_and_discarded() {
        done("message", "groups", "create", "dying", "dying", "--attempts", "1");
        done("message", "groups", "create", "dying-too", "dying", "--attempts", "1");
        long[] positions = {publish("dying", "1"), publish("dying", "2"), publish("dying", "3")};
        bury("dying", 3);
        bury("dying-too", 1);
        assertThat(json("message", "dead-letters", "list", "dying", "-o", "json")
                        .path("items")
                        .valueStream()
                        .map(letter -> letter.path("group").asString()))
                .containsExactly("dying", "dying", "dying");
        assertThat(json("message", "dead-letters", "list", "dying", "--limit", "2", "-o", "json")
                        .path("items")
                        .size())
                .isEqualTo(2);
        assertThat(done("message", "dead-letters", "list", "dying").out()).contains("no such customer");
        assertThat(done("message", "dead-letters").out()).contains("dying");
        done("message", "dead-letters", "redrive", "dying", Long.toString(positions[0]));
        done("message", "dead-letters", "discard", "dying", Long.toString(positions[1]));
        assertThat(type("message", "dead-letters", "discard", "dying", Long.toString(positions[1]))
                        .exit())
                .isEqualTo(3);
        assertThat(type("message", "dead-letters", "redrive", "dying").exit()).isEqualTo(2);
        assertThat(done("message", "dead-letters", "redrive", "dying", "--all").err())
                .contains("1 message is handed to dying again");
        assertThat(json("message", "groups", "describe", "dying", "-o", "json")
                        .path("waiting")
                        .asInt())
                .isEqualTo(2);
        assertThat(json("message", "groups", "describe", "dying-too", "-o", "json")
                        .path("dead")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void what_was_done_before_a_dead_letter_that_is_not_there_is_told() {
        done("message", "groups", "create", "partly", "partly", "--attempts", "1");
        long position = publish("partly", "1");
        bury("partly", 1);
        var said = type("message", "dead-letters", "discard", "partly", Long.toString(position), "1", "2");
        assertThat(said.exit()).isEqualTo(3);
        assertThat(said.err()).contains("before that, 1 message is forgotten");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "groups create g c --attempts 0|--attempts must",
                "groups create g c --retry PT0S|--retry must",
                "groups create g c --retry soon|--retry: expected a duration such as 30s",
                "groups create g c --ack-within 1|--ack-within: expected a duration",
                "groups create g c --key #.x.#.#y|--key ",
                "groups create g Bad!|CHANNEL ",
                "publish c 1 --ttl 0s|--ttl must",
            })
    void what_is_wrong_is_told_by_the_name_that_was_typed(String words, String told) {
        assertThat(type(("message " + words).split(" ")).err()).startsWith("mainstay: " + told);
    }

    @Test
    void all_dead_letters_of_a_group_are_discarded_at_once() {
        done("message", "groups", "create", "buried", "buried", "--attempts", "1");
        publish("buried", "1");
        publish("buried", "2");
        bury("buried", 2);
        assertThat(type("message", "dead-letters", "discard", "buried", "--all").exit())
                .isEqualTo(2);
        assertThat(type("message", "dead-letters", "discard", "buried", "1", "--all")
                        .err())
                .contains("but not both");
        assertThat(done("message", "dead-letters", "discard", "buried", "--all", "--yes")
                        .err())
                .contains("2 messages are forgotten");
        var group = json("message", "groups", "describe", "buried", "-o", "json");
        assertThat(group.path("dead").asInt() + group.path("waiting").asInt()).isZero();
    }

    /// As a consumer over HTTP gives up what it claims.
    private static void bury(String group, int count) {
        for (int i = 0; i < count; i++) {
            var claimed = json(
                    "api",
                    "POST",
                    "/api/v1/message-groups/" + group + "/claim",
                    "-d",
                    "{\"max\": 1, \"wait\": \"PT20S\"}");
            long position = claimed.path("messages")
                    .get(0)
                    .path("message")
                    .path("position")
                    .asLong();
            done(
                    "api",
                    "POST",
                    "/api/v1/message-groups/" + group + "/fail",
                    "-d",
                    "{\"leaseToken\": \"" + claimed.path("leaseToken").asString() + "\", \"position\": " + position
                            + ", \"error\": \"no such customer\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "publish x 1 --key a..b",
                "publish x 1 --ttl -PT1S",
                "publish x 1 --priority urgent",
                "list --key #.a.#.b.#.c.#",
                "list --filter nonsense",
                "tail --key a..b",
                "groups create g Bad",
                "groups create g x --attempts 0",
                "groups seek unknown oldest",
                "groups delete unknown --yes",
                "dead-letters redrive unknown 5"
            })
    void what_is_wrong_is_told_and_the_exit_code_says_so(String words) {
        var said = type(("message " + words).split(" "));
        assertThat(said.exit()).isIn(2, 3);
        assertThat(said.err()).startsWith("mainstay: ");
    }
}

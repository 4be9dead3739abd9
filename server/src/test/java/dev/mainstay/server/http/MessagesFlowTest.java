package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import dev.mainstay.server.stream.MessageStreams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MessagesFlowTest {
    private static final String MESSAGES = "/api/v1/messages";
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static long publish(String channel, String rest) {
        Reply published = api.post(Role.OPERATOR, MESSAGES, "{\"channel\":\"" + channel + "\"" + rest + "}");
        assertThat(published.status()).isEqualTo(201);
        return published.json().path("position").asLong();
    }

    @Test
    void what_is_published_is_found_by_channel_key_filter_and_thread() {
        long first = publish("found", ",\"routingKey\":\"eu.new\",\"correlationId\":\"c-1\",\"body\":{\"n\":1}");
        long second = publish("found", ",\"routingKey\":\"us.new\",\"correlationId\":\"c-1\",\"body\":{\"n\":2}");
        publish("elsewhere", ",\"body\":3");

        JsonNode all = api.get(Role.VIEWER, MESSAGES + "?channel=found").json();
        assertThat(all.path("items").size()).isEqualTo(2);
        assertThat(positions("?routingKey=eu.%23")).containsExactly(first);
        assertThat(positions("?channel=found&filter=body.n%20%3E%201")).containsExactly(second);
        assertThat(positions("?correlation=c-1")).containsExactly(second, first);
        JsonNode one = api.get(Role.VIEWER, MESSAGES + "/" + first).json();
        assertThat(one.path("sender").asString()).isEqualTo("operator");
        assertThat(one.path("body").path("n").asInt()).isEqualTo(1);
    }

    private static List<Long> positions(String query) {
        return api.get(Role.VIEWER, MESSAGES + query)
                .json()
                .path("items")
                .valueStream()
                .map(message -> message.path("position").asLong())
                .toList();
    }

    @Test
    void pages_follow_each_other_without_gap() {
        for (int i = 0; i < 5; i++) {
            publish("paged", ",\"body\":" + i);
        }
        JsonNode page =
                api.get(Role.VIEWER, MESSAGES + "?channel=paged&limit=3").json();
        JsonNode rest = api.get(
                        Role.VIEWER,
                        MESSAGES + "?channel=paged&limit=3&cursor="
                                + page.path("next").asString())
                .json();
        assertThat(page.path("items").valueStream().map(m -> m.path("body").asInt()))
                .containsExactly(4, 3, 2);
        assertThat(rest.path("items").valueStream().map(m -> m.path("body").asInt()))
                .containsExactly(1, 0);
        assertThat(rest.path("next").isNull()).isTrue();
    }

    @Test
    void another_organization_sees_none_of_it() {
        long position = publish("private", ",\"body\":1");
        String other = api.key(ApiServer.OTHER, Role.ADMIN).reveal();
        assertThat(api.send("GET", MESSAGES + "/" + position, other, null).status())
                .isEqualTo(404);
        assertThat(api.send("GET", MESSAGES + "?channel=private", other, null)
                        .json()
                        .path("items"))
                .isEmpty();
    }

    @Test
    void mistakes_are_named_all_at_once() {
        Reply refused = api.post(
                Role.OPERATOR,
                MESSAGES,
                "{\"channel\":\"Bad Name\",\"routingKey\":\"a..b\",\"priority\":\"urgent\",\"timeToLive\":\"-PT1S\"}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json()
                        .path("errors")
                        .valueStream()
                        .map(error -> error.path("path").asString()))
                .contains("$.channel", "$.routingKey", "$.priority", "$.timeToLive");
        assertThat(api.get(Role.VIEWER, MESSAGES + "?routingKey=a..b").status()).isEqualTo(400);
        assertThat(api.get(Role.VIEWER, MESSAGES + "?filter=nonsense").status()).isEqualTo(400);
        assertThat(api.post(Role.OPERATOR, MESSAGES, "{\"body\":1}").status()).isEqualTo(422);
        assertThat(api.post(Role.VIEWER, MESSAGES, "{\"channel\":\"x\",\"body\":1}")
                        .status())
                .isEqualTo(403);
        assertThat(api.post(Role.AGENT, MESSAGES, "{\"channel\":\"x\",\"body\":1,\"sender\":\"boss\"}")
                        .status())
                .isEqualTo(422);
        assertThat(api.post(Role.OPERATOR, MESSAGES, "{\"channel\":\"x\",\"body\":\"" + "x".repeat(300_000) + "\"}")
                        .status())
                .isEqualTo(413);
    }

    @Test
    void dead_letters_are_listed_redriven_and_discarded() {
        long first = publish("dying", ",\"body\":1");
        long second = publish("dying", ",\"body\":2");
        api.execute("""
                INSERT INTO message_groups (organization_id, name, channels, keys, ordered, max_attempts, ack_within,
                    positions)
                VALUES ('%1$s', 'undertaker', '{dying}', '#', true, 5, '30 s', array_fill(0::bigint, ARRAY[4]));
                INSERT INTO message_dead_letters (organization_id, group_name, position, attempts, reason)
                VALUES ('%1$s', 'undertaker', %2$d, 5, 'no'), ('%1$s', 'undertaker', %3$d, 5, 'no')
                """.formatted(Organizations.DEFAULT, first, second));
        JsonNode dead = api.get(Role.VIEWER, "/api/v1/message-dead-letters?group=undertaker")
                .json();
        assertThat(dead.path("items")
                        .valueStream()
                        .map(d -> d.path("message").path("position").asLong()))
                .containsExactly(second, first);

        String letter = "/api/v1/message-dead-letters/undertaker/";
        String operator = api.key(Organizations.DEFAULT, Role.OPERATOR).reveal();
        assertThat(api.post(Role.OPERATOR, letter + first + "/redrive", "{}").status())
                .isEqualTo(204);
        assertThat(api.post(Role.OPERATOR, letter + first + "/redrive", "{}").status())
                .isEqualTo(404);
        assertThat(api.send("DELETE", letter + second, operator, null).status()).isEqualTo(204);
        JsonNode group = api.get(Role.VIEWER, "/api/v1/message-groups")
                .json()
                .path("items")
                .get(0);
        assertThat(group.path("waiting").asInt()).isEqualTo(1);
        assertThat(group.path("dead").asInt()).isZero();
        assertThat(group.path("behind").asInt()).isEqualTo(2);
        assertThat(api.get(Role.VIEWER, "/api/v1/message-channels")
                        .json()
                        .path("items")
                        .valueStream()
                        .filter(channel -> channel.path("name").asString().equals("dying"))
                        .map(channel -> channel.path("lastHour").asInt()))
                .containsExactly(2);
    }

    @Test
    void a_stream_goes_on_behind_the_last_message_that_was_read() throws IOException, InterruptedException {
        long first = publish("streamed", ",\"body\":\"first\"");
        publish("streamed", ",\"body\":\"second\"");
        HttpRequest request = HttpRequest.newBuilder(
                        api.server.address().resolve(URI.create(MESSAGES + "/stream?channel=streamed")))
                .header(
                        "Authorization",
                        "Bearer " + api.key(Organizations.DEFAULT, Role.VIEWER).reveal())
                .header("Last-Event-ID", Long.toString(first))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                assertThat(data(lines)).contains("\"body\":\"second\"");
                publish("streamed", ",\"body\":\"third\"");
                assertThat(data(lines)).contains("\"body\":\"third\"");
            }
            client.shutdownNow();
        }
    }

    @Test
    void one_key_has_a_bounded_number_of_streams_and_others_have_their_own() throws Exception {
        List<StreamClient> open = new ArrayList<>();
        String operator = api.key(Organizations.DEFAULT, Role.OPERATOR).reveal();
        try {
            // Some may end meanwhile, when the key cannot be looked up in time, and make room.
            int most = 2 * MessageStreams.MOST_OF_KEY;
            while (open.isEmpty() || (open.getLast().refusal().isEmpty() && open.size() < most)) {
                open.add(new StreamClient(api.uri(MESSAGES + "/stream?channel=quiet"), operator, ""));
            }
            assertThat(open).hasSizeGreaterThan(MessageStreams.MOST_OF_KEY);
            assertThat(open.getLast().refusal()).startsWith("429 ").contains("TOO_MANY_STREAMS");
            String viewer = api.key(Organizations.DEFAULT, Role.VIEWER).reveal();
            open.add(new StreamClient(api.uri(MESSAGES + "/stream?channel=quiet"), viewer, ""));
            assertThat(open.getLast().refusal()).isEmpty();
        } finally {
            for (StreamClient stream : open) {
                stream.close();
            }
        }
    }

    @Test
    void dead_letters_of_a_group_that_never_was_are_not_found() {
        Reply reply = api.get(Role.VIEWER, "/api/v1/message-dead-letters?group=never-was");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.json().path("detail").asString()).contains("no consumer group \"never-was\"");
    }

    private static String data(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (!line.startsWith("data: ")) {
            line = lines.readLine();
        }
        return line;
    }
}

package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What the lists of messages, channels, groups and dead letters leave out, and where their pages end.
class MessageListsFlowTest {
    private static final String MESSAGES = "/api/v1/messages";
    private static final String DEAD = "/api/v1/message-dead-letters";
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static JsonNode publish(String channel, String rest) {
        Reply published = api.post(Role.OPERATOR, MESSAGES, "{\"channel\":\"" + channel + "\",\"body\":0" + rest + "}");
        assertThat(published.status()).isEqualTo(201);
        return api.get(
                        Role.VIEWER,
                        MESSAGES + "/" + published.json().path("position").asLong())
                .json();
    }

    private static long position(JsonNode message) {
        return message.path("position").asLong();
    }

    private static List<Long> positions(String query) {
        return items(MESSAGES + "?" + query).stream()
                .map(MessageListsFlowTest::position)
                .toList();
    }

    private static List<JsonNode> items(String path) {
        Reply reply = api.get(Role.VIEWER, path);
        assertThat(reply.status()).as(path).isEqualTo(200);
        return reply.json().path("items").valueStream().toList();
    }

    /// All of a list, one item a page.
    private static List<String> oneByOne(String path, Function<JsonNode, String> name) {
        List<String> found = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = api.get(Role.VIEWER, path + "limit=1" + next).json();
            assertThat(page.path("items").size()).isLessThanOrEqualTo(1);
            page.path("items").valueStream().map(name).forEach(found::add);
            next = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asString();
        } while (!next.isEmpty());
        return found;
    }

    @Test
    void messages_are_found_by_who_sent_them_and_when() {
        JsonNode first = publish("sent", ",\"sender\":\"shop\"");
        JsonNode second = publish("sent", ",\"sender\":\"till\"");
        assertThat(positions("channel=sent&sender=shop")).containsExactly(position(first));
        String moment = second.path("storedAt").asString();
        assertThat(positions("channel=sent&from=" + moment)).containsExactly(position(second));
        assertThat(positions("channel=sent&to=" + moment)).containsExactly(position(first));
        publish("sent", ",\"priority\":\"high\"");
        assertThat(positions("channel=sent&priority=normal")).containsExactly(position(second), position(first));
    }

    @Test
    void who_names_no_sender_speaks_by_the_name_of_the_key() {
        assertThat(publish("unsigned", "").path("sender").asString()).isEqualTo("operator");
        assertThat(api.post(Role.OPERATOR, MESSAGES, "{\"channel\":\"unsigned\",\"body\":1,\"sender\":\" \"}")
                        .json()
                        .path("errors")
                        .get(0)
                        .path("path")
                        .asString())
                .isEqualTo("$.sender");
    }

    @Test
    void channels_are_leafed_through_by_name() {
        for (String channel : List.of("leaf-b", "leaf-a", "leaf-c")) {
            publish(channel, "");
        }
        assertThat(oneByOne(
                        "/api/v1/message-channels?",
                        channel -> channel.path("name").asString()))
                .containsSubsequence("leaf-a", "leaf-b", "leaf-c")
                .doesNotHaveDuplicates();
    }

    @Test
    void groups_are_leafed_through_by_name_and_tell_what_they_missed() {
        group("group-b");
        group("group-a");
        assertThat(oneByOne(
                        "/api/v1/message-groups?", group -> group.path("name").asString()))
                .containsSubsequence("group-a", "group-b")
                .doesNotHaveDuplicates();
        api.execute("UPDATE message_groups SET missed = 12 WHERE name = 'group-a'");
        assertThat(api.get(Role.VIEWER, "/api/v1/message-groups/group-a")
                        .json()
                        .path("missed")
                        .asInt())
                .isEqualTo(12);
    }

    private static void group(String name) {
        Reply created = api.send(
                "PUT",
                "/api/v1/message-groups/" + name,
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                "{\"channels\":[\"dying\"]}");
        assertThat(created.status()).isEqualTo(201);
    }

    @Test
    void dead_letters_of_one_message_are_none_left_out_where_a_page_ends() {
        long position = position(publish("dying", ""));
        for (String name : List.of("dead-a", "dead-b", "dead-c")) {
            group(name);
            api.execute("INSERT INTO message_dead_letters (organization_id, group_name, position, attempts, reason)"
                    + " VALUES ('%s', '%s', %d, 1, 'no')".formatted(Organizations.DEFAULT, name, position));
        }
        assertThat(oneByOne(DEAD + "?", letter -> letter.path("group").asString()))
                .containsExactly("dead-a", "dead-b", "dead-c");
        assertThat(items(DEAD + "?group=dead-b"))
                .extracting(letter -> letter.path("group").asString())
                .containsExactly("dead-b");
    }

    @Test
    void what_is_no_position_is_said_to_be_none() {
        assertThat(api.get(Role.VIEWER, MESSAGES + "/banana").status()).isEqualTo(404);
        assertThat(api.get(Role.VIEWER, MESSAGES + "/99999999999999999999").status())
                .isEqualTo(404);
        assertThat(api.get(Role.VIEWER, MESSAGES + "/stream?after=banana").status())
                .isEqualTo(400);
        assertThat(api.get(Role.VIEWER, MESSAGES + "?cursor=banana").status()).isEqualTo(400);
        assertThat(api.post(Role.OPERATOR, DEAD + "/dead-a/banana/redrive", "{}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_stream_begins_where_it_is_told_to_and_leaves_out_what_is_not_wanted() throws Exception {
        long first = position(publish("flow", ",\"routingKey\":\"eu.new\""));
        publish("flow", ",\"routingKey\":\"us.new\"");
        long third = position(publish("flow", ",\"routingKey\":\"eu.old\""));
        assertThat(firstOf("channel=flow&routingKey=eu.%23&after=" + first)).isEqualTo(third);
        assertThat(firstOf("channel=flow&from=-PT1H")).isEqualTo(first);
    }

    private static long firstOf(String query) throws IOException, InterruptedException {
        String viewer = api.key(Organizations.DEFAULT, Role.VIEWER).reveal();
        try (StreamClient stream = new StreamClient(api.uri(MESSAGES + "/stream?" + query), viewer, "")) {
            return position(stream.untilNamed("message").getLast().json());
        }
    }
}

package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What a consumer over HTTP may count on, call by call. Each test has a group and a channel of its own.
class MessageClaimsFlowTest {
    private static final String GROUPS = "/api/v1/message-groups/";
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.messages.join("claims");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    /// A group that is behind so many messages, each of a sender of its own.
    private static List<Long> behind(String group, int messages) {
        Reply created =
                api.send("PUT", GROUPS + group, operator(), "{\"channels\":[\"" + group + "\"],\"from\":\"oldest\"}");
        assertThat(created.status()).isEqualTo(201);
        return IntStream.range(0, messages)
                .mapToObj(i -> api.post(
                                Role.OPERATOR,
                                "/api/v1/messages",
                                "{\"channel\":\"" + group + "\",\"sender\":\"s" + i + "\",\"body\":" + i + "}")
                        .json()
                        .path("position")
                        .asLong())
                .toList();
    }

    private static String operator() {
        return api.key(Organizations.DEFAULT, Role.OPERATOR).reveal();
    }

    private static JsonNode claim(String group, int max) {
        return api.post(Role.AGENT, GROUPS + group + "/claim", "{\"max\":" + max + "}")
                .json();
    }

    private static Reply call(String group, String verb, JsonNode claimed, String rest) {
        return api.post(
                Role.AGENT,
                GROUPS + group + "/" + verb,
                "{\"leaseToken\":\"" + claimed.path("leaseToken").asString() + "\"" + rest + "}");
    }

    private static String all(List<Long> positions) {
        return ",\"positions\":" + positions;
    }

    private static JsonNode standing(String group) {
        return api.get(Role.VIEWER, GROUPS + group).json();
    }

    @Test
    void no_more_are_handed_out_than_were_asked_for() {
        behind("few", 5);
        assertThat(claim("few", 2).path("messages").size()).isEqualTo(2);
        assertThat(api.post(Role.AGENT, GROUPS + "few/claim", "{}")
                        .json()
                        .path("messages")
                        .size())
                .isOne();
        assertThat(standing("few").path("inHand").asInt()).isEqualTo(3);
    }

    @Test
    void many_are_acked_at_once_and_none_when_one_is_not_in_hand() {
        List<Long> three = behind("several", 3);
        JsonNode two = claim("several", 2);
        assertThat(call("several", "ack", two, all(three)).code()).isEqualTo("LEASE_LOST");
        assertThat(standing("several").path("inHand").asInt()).isEqualTo(2);
        assertThat(call("several", "ack", two, all(three.subList(0, 2))).status())
                .isEqualTo(204);
        assertThat(standing("several").path("inHand").asInt()).isZero();
    }

    @Test
    void a_renewed_lease_begins_anew() {
        behind("renewed", 1);
        JsonNode claimed = claim("renewed", 1);
        api.execute("UPDATE message_claims SET expires_at = clock_timestamp() + interval '1 second'"
                + " WHERE group_name = 'renewed'");
        assertThat(call("renewed", "renew", claimed, "").status()).isEqualTo(204);
        api.execute("UPDATE message_claims SET expires_at = expires_at - interval '20 seconds'"
                + " WHERE group_name = 'renewed'");
        api.messages.rescue();
        assertThat(standing("renewed").path("inHand").asInt()).isOne();
    }

    @Test
    void who_fails_says_when_to_try_again() {
        List<Long> one = behind("later", 1);
        Reply failed = call(
                "later",
                "fail",
                claim("later", 1),
                ",\"position\":" + one.getFirst() + ",\"error\":\"closed\",\"after\":\"PT1H\"");
        assertThat(failed.json().path("again").asString()).isEqualTo("PT1H");
        assertThat(api.post(Role.AGENT, GROUPS + "later/claim", "{\"wait\":\"PT2S\"}")
                        .json()
                        .path("messages"))
                .isEmpty();
        assertThat(standing("later").path("waiting").asInt()).isOne();
    }

    @Test
    void what_is_not_to_be_tried_again_is_a_dead_letter_at_once() {
        List<Long> one = behind("never", 1);
        Reply failed = call(
                "never",
                "fail",
                claim("never", 1),
                ",\"position\":" + one.getFirst() + ",\"error\":\"unreadable\",\"retryable\":false");
        assertThat(failed.json().path("outcome").asString()).isEqualTo("dead");
        assertThat(standing("never").path("dead").asInt()).isOne();
    }

    @Test
    void a_group_is_set_behind_a_position_or_a_moment() {
        List<Long> three = behind("placed", 3);
        String moment = api.get(Role.VIEWER, "/api/v1/messages/" + three.getLast())
                .json()
                .path("storedAt")
                .asString();
        assertThat(seek("placed", Long.toString(three.getFirst()))).isEqualTo(2);
        assertThat(seek("placed", moment)).isOne();
        assertThat(seek("placed", "newest")).isZero();
    }

    private static int seek(String group, String place) {
        Reply reply = api.post(Role.OPERATOR, GROUPS + group + "/seek", "{\"to\":\"" + place + "\"}");
        assertThat(reply.status()).isEqualTo(200);
        return reply.json().path("behind").asInt(-1);
    }

    @Test
    void a_group_that_must_be_there_to_be_changed_is_not_made() {
        Reply refused = api.send(
                "PUT",
                GROUPS + "absent",
                operator(),
                "{\"channels\":[\"x\"]}",
                request -> request.header("If-Match", "\"1\""));
        assertThat(refused.status()).isEqualTo(412);
        assertThat(api.get(Role.VIEWER, GROUPS + "absent").status()).isEqualTo(404);
    }

    @Test
    void one_key_has_a_bounded_number_of_claims_that_wait() throws Exception {
        behind("crowded", 0);
        Callable<Reply> claim = () -> api.post(Role.AGENT, GROUPS + "crowded/claim", "{\"wait\":\"PT20S\"}");
        List<String> refused = new ArrayList<>();
        try (ExecutorService consumers = Threads.virtualExecutor("consumer-")) {
            for (Future<Reply> reply : consumers.invokeAll(Collections.nCopies(105, claim))) {
                if (reply.get().status() != 200) {
                    refused.add(reply.get().code());
                }
            }
        }
        assertThat(refused).hasSize(5).containsOnly("TOO_MANY_WAITING");
    }
}

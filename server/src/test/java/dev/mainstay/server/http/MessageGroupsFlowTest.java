package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class MessageGroupsFlowTest {
    private static final String GROUPS = "/api/v1/message-groups/";
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.messages.join("consumers");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static long publish(String channel, String sender, Object body) {
        Reply published = api.post(
                Role.OPERATOR,
                "/api/v1/messages",
                "{\"channel\":\"" + channel + "\",\"sender\":\"" + sender + "\",\"body\":" + body + "}");
        assertThat(published.status()).isEqualTo(201);
        return published.json().path("position").asLong();
    }

    private static Reply put(String group, String body) {
        return api.send(
                "PUT",
                GROUPS + group,
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                body);
    }

    private static void declare(String group, String rest) {
        assertThat(put(group, "{\"channels\":[\"" + group + "\"],\"from\":\"oldest\"" + rest + "}")
                        .status())
                .isEqualTo(201);
    }

    private static JsonNode claim(String group, int max) {
        Reply reply = api.post(Role.AGENT, GROUPS + group + "/claim", "{\"max\":" + max + "}");
        assertThat(reply.status()).isEqualTo(200);
        return reply.json();
    }

    private static List<Long> positions(JsonNode claimed) {
        return claimed.path("messages")
                .valueStream()
                .map(each -> each.path("message").path("position").asLong())
                .toList();
    }

    private static Reply ack(String group, JsonNode claimed, long position) {
        return api.post(Role.AGENT, GROUPS + group + "/ack", lease(claimed, ",\"positions\":[" + position + "]"));
    }

    private static Reply fail(String group, JsonNode claimed, long position, String rest) {
        return api.post(
                Role.AGENT,
                GROUPS + group + "/fail",
                lease(claimed, ",\"position\":" + position + ",\"error\":\"no such customer\"" + rest));
    }

    private static String lease(JsonNode claimed, String rest) {
        return "{\"leaseToken\":\"" + claimed.path("leaseToken").asString() + "\"" + rest + "}";
    }

    private static JsonNode describe(String group) {
        return api.get(Role.VIEWER, GROUPS + group).json();
    }

    @Test
    void a_group_is_created_changed_described_and_forgotten() {
        String body = "{\"channels\":[\"bills\"],\"keys\":\"eu.#\",\"filter\":\"body.amount >= 100\",\"maxAttempts\":3,"
                + "\"firstRetry\":\"PT2S\",\"longestRetry\":\"PT1M\",\"ackWithin\":\"PT10S\",\"ordered\":false}";
        assertThat(put("billing", body).status()).isEqualTo(201);
        Reply again = put("billing", body.replace("PT10S", "PT20S"));
        assertThat(again.status()).isEqualTo(200);
        JsonNode group = describe("billing");
        assertThat(group).isEqualTo(again.json());
        assertThat(List.of("keys", "filter", "maxAttempts", "firstRetry", "longestRetry", "ackWithin", "ordered"))
                .extracting(name -> group.path(name).asString(""))
                .containsExactly("eu.#", "body.amount >= 100", "3", "PT2S", "PT1M", "PT20S", "false");

        String operator = api.key(Organizations.DEFAULT, Role.OPERATOR).reveal();
        assertThat(api.send("DELETE", GROUPS + "billing", operator, null).status())
                .isEqualTo(204);
        assertThat(api.send("DELETE", GROUPS + "billing", operator, null).status())
                .isEqualTo(404);
        assertThat(api.get(Role.VIEWER, GROUPS + "billing").status()).isEqualTo(404);
    }

    @Test
    void what_is_acked_does_not_come_again_and_acking_twice_says_the_same() {
        declare("acked", "");
        long first = publish("acked", "a", 1);
        long second = publish("acked", "b", 2);
        JsonNode claimed = claim("acked", 10);
        assertThat(positions(claimed)).containsExactly(first, second);
        assertThat(describe("acked").path("inHand").asInt()).isEqualTo(2);

        assertThat(ack("acked", claimed, first).status()).isEqualTo(204);
        assertThat(ack("acked", claimed, second).status()).isEqualTo(204);
        assertThat(ack("acked", claimed, second).status()).isEqualTo(204);
        assertThat(claim("acked", 10).path("messages")).isEmpty();
        assertThat(describe("acked").path("inHand").asInt()).isZero();
    }

    @Test
    void what_fails_comes_again_after_its_wait_and_is_a_dead_letter_after_the_last_attempt() {
        declare("failing", ",\"maxAttempts\":2,\"firstRetry\":\"PT0.001S\"");
        long position = publish("failing", "a", 1);
        JsonNode first = claim("failing", 1);
        Reply failed = fail("failing", first, position, "");
        assertThat(failed.json().path("outcome").asString()).isEqualTo("retry");
        assertThat(fail("failing", first, position, "").json()).isEqualTo(failed.json());

        JsonNode second = waited("failing").json();
        assertThat(second.path("messages").get(0).path("attempt").asInt()).isEqualTo(2);
        assertThat(fail("failing", second, position, "").json().path("outcome").asString())
                .isEqualTo("dead");
        JsonNode dead = api.get(Role.VIEWER, "/api/v1/message-dead-letters?group=failing")
                .json()
                .path("items");
        assertThat(dead.size()).isEqualTo(1);
        assertThat(dead.get(0).path("reason").asString()).isEqualTo("no such customer");

        api.post(Role.OPERATOR, "/api/v1/message-dead-letters/failing/" + position + "/redrive", "{}");
        assertThat(positions(waited("failing").json())).containsExactly(position);
    }

    private static Reply waited(String group) {
        return api.post(Role.AGENT, GROUPS + group + "/claim", "{\"wait\":\"PT20S\"}");
    }

    @Test
    void those_behind_a_failed_message_of_the_same_sender_come_after_it() {
        declare("lanes", "");
        long first = publish("lanes", "a", 1);
        long other = publish("lanes", "b", 2);
        long behind = publish("lanes", "a", 3);
        JsonNode claimed = claim("lanes", 10);
        JsonNode failed = fail("lanes", claimed, first, ",\"after\":\"PT0S\"").json();
        assertThat(failed.path("givenBack").valueStream().map(JsonNode::asLong)).containsExactly(behind);
        assertThat(ack("lanes", claimed, behind).code()).isEqualTo("LEASE_LOST");
        assertThat(ack("lanes", claimed, other).status()).isEqualTo(204);

        JsonNode again = waited("lanes").json();
        assertThat(positions(again)).containsExactly(first);
        assertThat(ack("lanes", again, first).status()).isEqualTo(204);
        assertThat(positions(waited("lanes").json())).containsExactly(behind);
    }

    @Test
    void a_consumer_that_does_not_settle_in_time_loses_its_messages_to_others() {
        declare("slow", ",\"ackWithin\":\"PT0.1S\"");
        long position = publish("slow", "a", 1);
        JsonNode lost = claim("slow", 1);
        api.execute("UPDATE message_claims SET expires_at = clock_timestamp() WHERE group_name = 'slow'");
        api.messages.rescue();
        JsonNode taken = claim("slow", 1);
        assertThat(positions(taken)).containsExactly(position);
        assertThat(taken.path("messages").get(0).path("attempt").asInt()).isEqualTo(2);
        for (String call : List.of("renew", "ack", "fail")) {
            String rest = Map.of("renew", "", "ack", ",\"positions\":[" + position + "]")
                    .getOrDefault(call, ",\"position\":" + position + ",\"error\":\"x\"");
            Reply refused = api.post(Role.AGENT, GROUPS + "slow/" + call, lease(lost, rest));
            assertThat(refused.status()).as(call).isEqualTo(409);
            assertThat(refused.code()).isEqualTo("LEASE_LOST");
        }
        assertThat(api.post(Role.AGENT, GROUPS + "slow/renew", lease(taken, "")).status())
                .isEqualTo(204);
        assertThat(api.post(Role.AGENT, GROUPS + "slow/release", lease(taken, ""))
                        .status())
                .isEqualTo(204);
        assertThat(positions(claim("slow", 1))).containsExactly(position);
    }

    @Test
    void a_claim_waits_for_what_is_published_meanwhile() {
        declare("waited", "");
        CompletableFuture<Reply> waiting = CompletableFuture.supplyAsync(() -> waited("waited"));
        long position = publish("waited", "a", 1);
        assertThat(positions(waiting.join().json())).containsExactly(position);
    }

    @Test
    void a_group_set_back_reads_again() {
        declare("again", "");
        long position = publish("again", "a", 1);
        JsonNode first = claim("again", 1);
        ack("again", first, position);
        assertThat(claim("again", 1).path("messages")).isEmpty();
        assertThat(api.post(Role.OPERATOR, GROUPS + "again/seek", "{\"to\":\"oldest\"}")
                        .json()
                        .path("behind")
                        .asInt())
                .isEqualTo(1);
        assertThat(positions(claim("again", 1))).containsExactly(position);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "good | {\"channels\":[]} | $.channels",
                "good | {\"channels\":[\"Bad Name\"]} | $.channels",
                "good | {\"channels\":[\"x\"],\"keys\":\"#.a.#.b.#.c.#\"} | $.keys",
                "good | {\"channels\":[\"x\"],\"keys\":\"a.#b\"} | $.keys",
                "good | {\"channels\":[\"x\"],\"filter\":\"drop table\"} | $.filter",
                "good | {\"channels\":[\"x\"],\"ackWithin\":\"-PT1S\"} | $.ackWithin",
                "good | {\"channels\":[\"x\"],\"maxAttempts\":0} | $.maxAttempts",
                "good | {\"channels\":[\"x\"],\"firstRetry\":\"PT2S\",\"longestRetry\":\"PT1S\"} | $.longestRetry",
                "good | {\"channels\":[\"x\"],\"from\":\"yesterday\"} | $.from",
                "@inbox | {\"channels\":[\"x\"]} | $.name"
            })
    void a_wrong_group_is_refused_by_name_of_what_is_wrong(String group, String body, String path) {
        Reply refused = put(group, body);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("errors").get(0).path("path").asString()).isEqualTo(path);
        assertThat(api.get(Role.VIEWER, GROUPS + "good").status()).isEqualTo(404);
    }

    @Test
    void an_unknown_group_is_said_to_be_and_another_organization_has_none_of_ours() {
        declare("ours", "");
        publish("ours", "a", 1);
        JsonNode held = claim("ours", 1);
        String other = api.key(ApiServer.OTHER, Role.ADMIN).reveal();
        for (String key :
                List.of(other, api.key(Organizations.DEFAULT, Role.ADMIN).reveal())) {
            String group = GROUPS + (key.equals(other) ? "ours" : "unknown");
            assertThat(api.send("GET", group, key, null).status()).isEqualTo(404);
            assertThat(api.send("DELETE", group, key, null).status()).isEqualTo(404);
            assertThat(api.send("POST", group + "/seek", key, "{\"to\":\"oldest\"}")
                            .status())
                    .isEqualTo(404);
            assertThat(api.send("POST", group + "/claim", key, "{}").status()).isEqualTo(404);
            assertThat(api.send("POST", group + "/renew", key, lease(held, "")).status())
                    .isEqualTo(404);
        }
        assertThat(describe("ours").path("inHand").asInt()).isEqualTo(1);
        assertThat(api.post(Role.AGENT, GROUPS + "ours/claim", "{\"max\":101}").status())
                .isEqualTo(422);
        assertThat(api.post(Role.AGENT, GROUPS + "ours/ack", lease(held, ",\"positions\":[]"))
                        .status())
                .isEqualTo(422);
    }

    @Test
    void many_claims_share_the_messages_and_none_gets_one_twice() {
        declare("shared", "");
        List<Long> published = IntStream.range(0, 40)
                .mapToObj(i -> publish("shared", "s" + i % 7, i))
                .toList();
        List<Long> got = new ArrayList<>();
        for (int i = 0; i < 40 && got.size() < 40; i++) {
            JsonNode claimed = claim("shared", 5);
            positions(claimed).forEach(position -> {
                got.add(position);
                ack("shared", claimed, position);
            });
        }
        assertThat(got).containsExactlyInAnyOrderElementsOf(published);
    }
}

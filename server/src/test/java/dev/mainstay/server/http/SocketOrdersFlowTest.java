package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What each order over a socket does, and how many of them are taken.
class SocketOrdersFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.messages.join("orders");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static SocketClient open(Role role) {
        return SocketClient.with(api, api.key(Organizations.DEFAULT, role).reveal());
    }

    private static long publish(String channel, String rest) {
        return api.post(Role.OPERATOR, "/api/v1/messages", "{\"channel\":\"" + channel + "\",\"body\":1" + rest + "}")
                .json()
                .path("position")
                .asLong();
    }

    private static void declare(String group) {
        api.send(
                "PUT",
                "/api/v1/message-groups/" + group,
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                "{\"channels\":[\"" + group + "\"],\"from\":\"oldest\"}");
    }

    private static long position(JsonNode frame) {
        return frame.path("message").path("position").asLong();
    }

    private static String codeOf(SocketClient client, String order) {
        return client.say(order).next("error").path("code").asString();
    }

    @Test
    void a_subscription_that_was_given_up_gets_nothing_more_and_its_name_is_free() {
        try (SocketClient client = open(Role.VIEWER)) {
            client.say("{'type':'subscribe','id':'s','channels':['left']}").next("subscribed");
            assertThat(client.say("{'type':'unsubscribe','id':'s'}")
                            .next("unsubscribed")
                            .path("id")
                            .asString(""))
                    .isEqualTo("s");
            client.say("{'type':'subscribe','id':'s','channels':['kept']}").next("subscribed");
            // What is on its way on one channel may be overtaken by another's, but not again and again.
            for (int i = 0; i < 3; i++) {
                publish("left", "");
                long kept = publish("kept", "");
                assertThat(position(client.next("message"))).isEqualTo(kept);
            }
            assertThat(codeOf(client, "{'type':'unsubscribe','id':'never'}")).isEqualTo("NOT_FOUND");
        }
    }

    @Test
    void more_credit_lets_more_through() {
        try (SocketClient client = open(Role.VIEWER)) {
            client.say("{'type':'subscribe','id':'s','channels':['thrifty'],'credit':1}")
                    .next("subscribed");
            publish("thrifty", "");
            long second = publish("thrifty", "");
            client.next("message");
            client.say("{'type':'ping'}").next("pong");
            assertThat(client.unread()).isZero();
            client.say("{'type':'credit','id':'s','credit':2}");
            assertThat(position(client.next("message"))).isEqualTo(second);
        }
    }

    @Test
    void more_credit_lets_a_group_have_more_in_hand() {
        declare("generous");
        publish("generous", ",\"sender\":\"a\"");
        long second = publish("generous", ",\"sender\":\"b\"");
        try (SocketClient client = open(Role.AGENT)) {
            client.say("{'type':'subscribe','id':'g','group':'generous','credit':1}");
            client.next("message");
            client.say("{'type':'credit','id':'g','credit':2}");
            assertThat(position(client.next("message"))).isEqualTo(second);
        }
    }

    @Test
    void only_routing_keys_that_match_come() {
        try (SocketClient client = open(Role.VIEWER)) {
            client.say("{'type':'subscribe','id':'s','channels':['keyed'],'keys':'eu.#'}")
                    .next("subscribed");
            publish("keyed", ",\"routingKey\":\"us.new\"");
            long wanted = publish("keyed", ",\"routingKey\":\"eu.new\"");
            assertThat(position(client.next("message"))).isEqualTo(wanted);
        }
    }

    @Test
    void a_name_is_given_to_one_subscription_and_a_socket_has_a_bounded_number() {
        try (SocketClient client = open(Role.VIEWER)) {
            for (int i = 0; i < SocketLimits.USUAL.subscriptions(); i++) {
                client.say("{'type':'subscribe','id':'s" + i + "','channels':['quiet']}")
                        .next("subscribed");
            }
            assertThat(codeOf(client, "{'type':'subscribe','id':'s0','channels':['quiet']}"))
                    .isEqualTo("SUBSCRIBED");
            String more = "{'type':'subscribe','id':'more','channels':['quiet']}";
            assertThat(told(client.say(more).next("error")))
                    .isEqualTo("more TOO_MANY_SUBSCRIPTIONS: a socket has at most %d subscriptions"
                            .formatted(SocketLimits.USUAL.subscriptions()));
            client.say("{'type':'unsubscribe','id':'s0'}").next("unsubscribed");
            client.say(more).next("subscribed");
        }
    }

    @Test
    void so_many_requests_of_a_socket_wait_and_no_more() {
        try (SocketClient client = open(Role.AGENT)) {
            String request = "{'type':'request','id':'q','message':{'agent':'nobody','body':1},'timeout':'PT10S'}";
            for (int i = 0; i < SocketLimits.USUAL.requests(); i++) {
                client.say(request);
            }
            assertThat(told(client.say(request).next("error")))
                    .isEqualTo("q TOO_MANY_REQUESTS: at most %d requests of a socket wait at once"
                            .formatted(SocketLimits.USUAL.requests()));
            for (int i = 0; i < SocketLimits.USUAL.requests(); i++) {
                assertThat(client.next("error").path("code").asString()).isEqualTo("REPLY_TIMEOUT");
            }
            assertThat(codeOf(client, request.replace("PT10S", "PT0.05S"))).isEqualTo("REPLY_TIMEOUT");
        }
    }

    private static String told(JsonNode error) {
        return "%s %s: %s"
                .formatted(
                        error.path("id").asString(),
                        error.path("code").asString(),
                        error.path("detail").asString());
    }

    @Test
    void who_fails_says_whether_and_when_to_try_again() {
        declare("failing");
        publish("failing", ",\"sender\":\"a\"");
        publish("failing", ",\"sender\":\"b\"");
        try (SocketClient client = open(Role.AGENT)) {
            client.say("{'type':'subscribe','id':'g','group':'failing'}");
            List<Long> both = List.of(position(client.next("message")), position(client.next("message")));
            assertThat(failed(client, both.getFirst(), "'retryable':false")).isEqualTo("dead ");
            assertThat(failed(client, both.getLast(), "'after':'PT1H'")).isEqualTo("retry PT1H");
        }
    }

    private static String failed(SocketClient client, long position, String rest) {
        JsonNode failed = client.say("{'type':'fail','id':'g','error':'no','position':" + position + "," + rest + "}")
                .next("failed");
        return failed.path("outcome").asString() + " " + failed.path("again").asString("");
    }

    @Test
    void what_only_watches_cannot_fail_and_a_group_takes_more_than_watching() {
        declare("guarded");
        long position = publish("guarded", "");
        try (SocketClient client = open(Role.VIEWER)) {
            client.say("{'type':'subscribe','id':'s','channels':['guarded'],'after':0}")
                    .next("message");
            assertThat(codeOf(client, "{'type':'fail','id':'s','error':'no','position':" + position + "}"))
                    .isEqualTo("NOT_A_GROUP");
            assertThat(codeOf(client, "{'type':'subscribe','id':'g','group':'guarded'}"))
                    .isEqualTo("FORBIDDEN");
            assertThat(codeOf(client, "{'type':'request','id':'q','message':{'agent':'a','body':1}}"))
                    .isEqualTo("FORBIDDEN");
        }
    }

    @ParameterizedTest
    @CsvSource({"keys, a..b", "filter, nonsense", "channels, Bad Name"})
    void a_mistake_is_said_to_be_where_it_is(String field, String value) {
        String given = field.equals("channels") ? "['" + value + "']" : "'" + value + "'";
        try (SocketClient client = open(Role.VIEWER)) {
            client.say("{'type':'subscribe','id':'s','" + field + "':" + given + "}");
            assertThat(client.next("error").path("detail").asString()).startsWith("$." + field + " ");
        }
    }

    @Test
    void what_is_published_without_a_sender_is_of_the_key_by_its_name() {
        try (SocketClient client = open(Role.AGENT)) {
            client.say("{'type':'publish','id':'p','message':{'channel':'named','body':1}}");
            long position = client.next("published").path("position").asLong();
            assertThat(api.get(Role.VIEWER, "/api/v1/messages/" + position)
                            .json()
                            .path("sender")
                            .asString())
                    .isEqualTo("agent");
        }
    }
}

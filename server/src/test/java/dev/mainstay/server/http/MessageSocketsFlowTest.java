package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class MessageSocketsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.messages.join("sockets");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static String key(Role role) {
        return api.key(Organizations.DEFAULT, role).reveal();
    }

    private static long publish(String channel, Object body) {
        return api.post(Role.OPERATOR, "/api/v1/messages", "{\"channel\":\"" + channel + "\",\"body\":" + body + "}")
                .json()
                .path("position")
                .asLong();
    }

    private static void declare(String group, String rest) {
        assertThat(api.send(
                                "PUT",
                                "/api/v1/message-groups/" + group,
                                key(Role.OPERATOR),
                                "{\"channels\":[\"" + group + "\"],\"from\":\"oldest\"" + rest + "}")
                        .status())
                .isEqualTo(201);
    }

    private static long position(JsonNode frame) {
        return frame.path("message").path("position").asLong();
    }

    private static String on(String id, JsonNode message, String type, String rest) {
        return "{'type':'" + type + "','id':'" + id + "','position':" + position(message) + rest + "}";
    }

    @Test
    void the_first_frame_says_whose_it_is_and_a_wrong_key_ends_the_socket() {
        try (SocketClient good = SocketClient.stranger(api);
                SocketClient bad = SocketClient.stranger(api);
                SocketClient rude = SocketClient.stranger(api);
                SocketClient header = SocketClient.with(api, "mst_AAAAAAAAAAAAAAAA." + "A".repeat(43))) {
            good.say("{'type':'auth','token':'" + key(Role.VIEWER) + "'}");
            assertThat(good.next("ready").path("credit").asInt()).isEqualTo(1_000);
            good.say("{'type':'ping','id':'7'}");
            assertThat(good.next("pong").path("id").asString()).isEqualTo("7");
            bad.say("{'type':'auth','token':'nonsense'}");
            assertThat(bad.closeCode()).isEqualTo(4401);
            rude.say("{'type':'ping'}");
            assertThat(rude.closeCode()).isEqualTo(4401);
            assertThat(header.closeCode()).isEqualTo(4401);
        }
    }

    @Test
    void who_says_nothing_is_let_go() {
        try (SocketClient silent = SocketClient.stranger(api)) {
            assertThat(silent.closeCode()).isEqualTo(4401);
        }
    }

    @Test
    void a_subscription_gets_what_it_wants_as_long_as_it_has_credit() {
        try (SocketClient client = SocketClient.with(api, key(Role.VIEWER))) {
            client.say("{'type':'subscribe','id':'s','channels':['watched'],'filter':'body.n >= 10','credit':2}");
            client.next("subscribed");
            publish("watched", "{\"n\":1}");
            long first = publish("watched", "{\"n\":10}");
            long second = publish("watched", "{\"n\":11}");
            long third = publish("watched", "{\"n\":12}");
            assertThat(position(client.next("message"))).isEqualTo(first);
            JsonNode last = client.next("message");
            assertThat(position(last)).isEqualTo(second);
            client.say("{'type':'ping'}").next("pong");
            assertThat(client.unread()).isZero();
            client.say(on("s", last, "ack", ""));
            assertThat(position(client.next("message"))).isEqualTo(third);
        }
    }

    @Test
    void a_subscription_goes_on_behind_a_position() {
        long first = publish("resumed", 1);
        long second = publish("resumed", 2);
        try (SocketClient client = SocketClient.with(api, key(Role.VIEWER))) {
            client.say("{'type':'subscribe','id':'s','channels':['resumed'],'after':" + first + "}");
            assertThat(position(client.next("message"))).isEqualTo(second);
        }
    }

    @Test
    void a_group_is_consumed_with_acks_failures_and_dead_letters() {
        declare("consumed", ",\"maxAttempts\":2,\"firstRetry\":\"PT0.001S\"");
        publish("consumed", 1);
        long poison = publish("consumed", 2);
        try (SocketClient client = SocketClient.with(api, key(Role.AGENT))) {
            client.say("{'type':'subscribe','id':'g','group':'consumed','credit':1}");
            JsonNode first = client.next("message");
            client.say(on("g", first, "ack", ""));
            assertThat(client.next("acked").path("position").asLong()).isEqualTo(position(first));
            for (String outcome : List.of("retry", "dead")) {
                JsonNode message = client.next("message");
                assertThat(position(message)).isEqualTo(poison);
                client.say(on("g", message, "fail", ",'error':'no'"));
                assertThat(client.next("failed").path("outcome").asString()).isEqualTo(outcome);
            }
            client.say(on("g", first, "ack", ""));
            assertThat(client.next("error").path("code").asString()).isEqualTo("LEASE_LOST");
        }
        assertThat(group("consumed").path("dead").asInt()).isEqualTo(1);
    }

    private static JsonNode group(String name) {
        return api.get(Role.VIEWER, "/api/v1/message-groups/" + name).json();
    }

    @Test
    void who_never_acks_holds_no_more_than_its_credit_and_gets_them_again() {
        declare("hoarded", ",\"ackWithin\":\"PT0.1S\",\"maxAttempts\":9");
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(publish("hoarded", i));
        }
        try (SocketClient client = SocketClient.with(api, key(Role.AGENT))) {
            client.say("{'type':'subscribe','id':'g','group':'hoarded','credit':2}");
            assertThat(List.of(position(client.next("message")), position(client.next("message"))))
                    .isEqualTo(all.subList(0, 2));
            assertThat(group("hoarded").path("inHand").asInt()).isEqualTo(2);
            // In one word or two, as they were handed out.
            int lost = 0;
            while (lost < 2) {
                lost += client.next("lost").path("positions").size();
            }
            assertThat(lost).isEqualTo(2);
            api.execute("UPDATE message_claims SET expires_at = clock_timestamp() WHERE group_name = 'hoarded'");
            api.messages.rescue();
            Eventually.holds("it comes again", BOUND, () -> {
                JsonNode message = client.next("message");
                return position(message) == all.getFirst()
                        && message.path("attempt").asInt() == 2;
            });
        }
    }

    @Test
    void what_a_socket_that_goes_had_in_hand_comes_to_others_at_once() {
        declare("dropped", "");
        long position = publish("dropped", 1);
        try (SocketClient client = SocketClient.with(api, key(Role.AGENT))) {
            client.say("{'type':'subscribe','id':'g','group':'dropped'}");
            assertThat(position(client.next("message"))).isEqualTo(position);
        }
        try (SocketClient client = SocketClient.with(api, key(Role.AGENT))) {
            client.say("{'type':'subscribe','id':'g','group':'dropped'}");
            JsonNode again = client.next("message");
            assertThat(position(again)).isEqualTo(position);
            assertThat(again.path("attempt").asInt()).isEqualTo(1);
        }
    }

    @Test
    void a_request_is_answered_by_another_socket() {
        try (SocketClient planner = SocketClient.with(api, key(Role.OPERATOR));
                SocketClient asking = SocketClient.with(api, key(Role.AGENT))) {
            planner.say("{'type':'subscribe','id':'in','channels':['@planner']}")
                    .next("subscribed");
            asking.say("{'type':'request','id':'q','message':{'agent':'planner','body':'monday'}}");
            JsonNode question = planner.next("message").path("message");
            planner.say("{'type':'publish','id':'a','message':{'channel':'"
                    + question.path("replyTo").asString() + "','correlationId':'"
                    + question.path("correlationId").asString() + "','body':'plan'}}");
            assertThat(planner.next("published").path("position").asLong()).isPositive();
            assertThat(asking.next("reply").path("message").path("body").asString())
                    .isEqualTo("plan");
            asking.say("{'type':'request','id':'n','message':{'agent':'nobody','body':1},'timeout':'PT0.2S'}");
            assertThat(asking.next("error").path("code").asString()).isEqualTo("REPLY_TIMEOUT");
        }
    }

    @Test
    void who_does_not_read_is_dropped_with_a_code_that_says_so() {
        declare("heavy", ",\"ackWithin\":\"PT1H\"");
        String large = "\"" + "x".repeat(200_000) + "\"";
        for (int i = 0; i < 100; i++) {
            publish("heavy", large);
        }
        try (SocketClient deaf = SocketClient.deaf(api, key(Role.AGENT))) {
            deaf.say("{'type':'subscribe','id':'s','group':'heavy','credit':1000}");
            Eventually.holds(
                    "in hand", BOUND, () -> group("heavy").path("inHand").asInt() > 0);
            Eventually.holds(
                    "given back", BOUND, () -> group("heavy").path("inHand").asInt() == 0);
            deaf.read();
            assertThat(deaf.closeCode()).isEqualTo(4408);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | MALFORMED_JSON",
                "{'type':'dance','id':'x'} | INVALID",
                "{'type':'subscribe'} | INVALID",
                "{'type':'subscribe','id':'x','credit':1001} | INVALID",
                "{'type':'subscribe','id':'x','keys':'#.#.a.#.b.#.c.#'} | INVALID",
                "{'type':'subscribe','id':'x','channels':['Bad Name']} | INVALID",
                "{'type':'subscribe','id':'x','group':'unknown'} | NOT_FOUND",
                "{'type':'ack','id':'x','position':5} | NOT_FOUND",
                "{'type':'publish','id':'x','message':{'channel':'c','body':1,'timeToLive':'-PT1S'}} | INVALID",
                "{'type':'publish','id':'x'} | INVALID"
            })
    void a_wrong_frame_is_answered_and_the_socket_goes_on(String frame, String code) {
        try (SocketClient client = SocketClient.with(api, key(Role.OPERATOR))) {
            client.say(frame);
            assertThat(client.next("error").path("code").asString()).isEqualTo(code);
            client.say("{'type':'ping'}").next("pong");
        }
    }

    @Test
    void roles_and_organizations_hold_as_for_requests() {
        publish("secret", 1);
        declare("theirs", "");
        String other = api.key(ApiServer.OTHER, Role.ADMIN).reveal();
        try (SocketClient stranger = SocketClient.with(api, other);
                SocketClient agent = SocketClient.with(api, key(Role.AGENT));
                SocketClient viewer = SocketClient.with(api, key(Role.VIEWER))) {
            stranger.say("{'type':'subscribe','id':'g','group':'theirs'}");
            assertThat(stranger.next("error").path("code").asString()).isEqualTo("NOT_FOUND");
            stranger.say("{'type':'subscribe','id':'s','channels':['secret'],'after':0}")
                    .next("subscribed");
            stranger.say("{'type':'publish','id':'p','message':{'channel':'secret','body':'own'}}");
            assertThat(stranger.next("message").path("message").path("body").asString())
                    .isEqualTo("own");
            agent.say("{'type':'subscribe','id':'s','channels':['secret']}");
            assertThat(agent.next("error").path("code").asString()).isEqualTo("FORBIDDEN");
            viewer.say("{'type':'publish','id':'p','message':{'channel':'secret','body':1}}");
            assertThat(viewer.next("error").path("code").asString()).isEqualTo("FORBIDDEN");
        }
        assertThat(api.get(Role.VIEWER, "/api/v1/ws").status()).isEqualTo(426);
    }

    @Test
    void a_key_has_so_many_sockets_and_no_more() {
        List<SocketClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < SocketLimits.USUAL.ofKey(); i++) {
                SocketClient client = SocketClient.with(api, key(Role.ADMIN));
                clients.add(client);
                client.next("ready");
            }
            SocketClient over = SocketClient.with(api, key(Role.ADMIN));
            clients.add(over);
            assertThat(over.closeCode()).isEqualTo(4429);
        } finally {
            clients.forEach(SocketClient::close);
        }
    }
}

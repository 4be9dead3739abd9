package dev.mainstay.agents.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.WorkResult;
import dev.mainstay.telemetry.Event;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// An http-check against servers that behave and misbehave.
class HttpCheckTest {
    private final LocalHttp server;
    private final CountDownLatch end = new CountDownLatch(1);

    HttpCheckTest() throws IOException {
        server = LocalHttp.start();
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.close();
    }

    private static String error(Map<String, ?> settings) throws Exception {
        try (Checked<HttpCheckSettings> checked = Checked.of(new HttpCheckKind(), settings)) {
            return checked.error();
        }
    }

    @Test
    void an_address_that_answers_is_up() throws Exception {
        server.answering("/", 200, "fine");
        try (Checked<HttpCheckSettings> checked = Checked.of(new HttpCheckKind(), Map.of("url", server.url("/")))) {
            WorkResult result = checked.tick();
            assertThat(result.isFailure()).isFalse();
            assertThat(result.items()).isEqualTo(1);
            assertThat(checked.context.metric("check.up")).isEqualTo(1);
            assertThat(checked.context.metric("check.latency")).isPositive();
            assertThat(checked.context.events()).isEmpty();
        }
    }

    @Test
    void an_error_of_the_server_is_told_with_address_found_and_expected() throws Exception {
        server.answering("/", 500, "");
        assertThat(error(Map.of("url", server.url("/?token=x"))))
                .isEqualTo(server.url("/") + " answered 500, expected 200-299");
    }

    @Test
    void status_may_be_codes_and_ranges() throws Exception {
        server.answering("/", 404, "");
        Object url = server.url("/");
        assertThat(error(Map.of("url", url, "status", List.of("200-299", "404"))))
                .isEmpty();
        assertThat(error(Map.of("url", url, "status", List.of("200-299", "500"))))
                .contains("answered 404, expected 200-299, 500");
    }

    @Test
    void the_body_must_contain_and_match_what_is_expected() throws Exception {
        server.answering("/", 200, "status: degraded\nqueue=12");
        Object url = server.url("/");
        assertThat(error(Map.of("url", url, "bodyContains", "degraded"))).isEmpty();
        assertThat(error(Map.of("url", url, "bodyContains", "status: ok")))
                .contains("without 'status: ok' in its body 'status: degraded queue=12'");
        assertThat(error(Map.of("url", url, "bodyMatches", "queue=\\d{2}$"))).isEmpty();
        assertThat(error(Map.of("url", url, "bodyMatches", "queue=\\d$"))).contains("is not found");
    }

    @Test
    void a_body_larger_than_the_limit_fails_the_check() throws Exception {
        server.answering("/", 200, "x".repeat(5_000));
        assertThat(error(Map.of("url", server.url("/"), "bodyContains", "x", "bodyLimit", "1KB")))
                .contains("larger than bodyLimit 1KB");
    }

    @Test
    void a_server_that_never_answers_is_given_up() throws Exception {
        server.on("/", exchange -> end.await());
        assertThat(error(Map.of("url", server.url("/"), "timeout", "300ms")))
                .contains("did not answer in full within 300ms");
    }

    @Test
    void a_server_that_stops_in_the_middle_of_its_body_is_given_up() throws Exception {
        server.on("/", exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            end.await();
        });
        assertThat(error(Map.of("url", server.url("/"), "timeout", "300ms")))
                .contains("did not answer in full within 300ms");
    }

    @Test
    void a_slow_answer_fails_only_where_latency_is_limited() throws Exception {
        server.answering("/", 200, "");
        assertThat(error(Map.of("url", server.url("/"), "maxLatency", "1ns"))).contains("more than 1ns");
        assertThat(error(Map.of("url", server.url("/"), "maxLatency", "1m"))).isEmpty();
    }

    @Test
    void a_port_where_nobody_listens_cannot_be_reached() throws Exception {
        assertThat(error(Map.of("url", LocalHttp.closedUrl()))).contains("cannot be reached: connection refused");
    }

    @Test
    void method_body_headers_and_secret_headers_are_sent() throws Exception {
        server.on("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            LocalHttp.say(
                    exchange,
                    200,
                    exchange.getRequestMethod() + " " + body + " " + LocalHttp.header(exchange, "Accept") + " "
                            + LocalHttp.header(exchange, "Authorization"));
        });
        assertThat(error(Map.of(
                        "url",
                        server.url("/"),
                        "method",
                        "PUT",
                        "body",
                        "ping",
                        "headers",
                        Map.of("Accept", "text/plain"),
                        "secretHeaders",
                        Map.of("Authorization", "env:SECRET"),
                        "bodyContains",
                        "PUT ping text/plain s3cret")))
                .isEmpty();
    }

    @Test
    void redirects_are_followed_unless_told_otherwise() throws Exception {
        server.answering("/there", 200, "arrived").on("/here", exchange -> {
            exchange.getResponseHeaders().set("Location", "/there");
            LocalHttp.say(exchange, 302, "");
        });
        Object url = server.url("/here");
        assertThat(error(Map.of("url", url, "bodyContains", "arrived"))).isEmpty();
        assertThat(error(Map.of("url", url, "followRedirects", false))).contains("answered 302");
    }

    @Test
    void the_fall_and_the_recovery_are_told_once_each() throws Exception {
        AtomicInteger status = new AtomicInteger(200);
        server.on("/", exchange -> LocalHttp.say(exchange, status.get(), ""));
        try (Checked<HttpCheckSettings> checked = Checked.of(new HttpCheckKind(), Map.of("url", server.url("/")))) {
            for (int next : new int[] {200, 503, 503, 200, 200}) {
                status.set(next);
                checked.tick();
            }
            assertThat(checked.context.events().stream().map(Event::type))
                    .containsExactly("check.failed", "check.recovered");
        }
    }
}

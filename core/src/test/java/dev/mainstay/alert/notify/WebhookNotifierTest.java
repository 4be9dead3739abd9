package dev.mainstay.alert.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A webhook at receivers that behave, and at all those that do not.
class WebhookNotifierTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Instant NOW = Instant.ofEpochSecond(1_764_000_000);
    private static final int MANY = 100_000;

    private static WebhookNotifier to(LocalReceiver receiver, @Nullable String secret) {
        return to(receiver, secret, BOUND);
    }

    private static WebhookNotifier to(LocalReceiver receiver, @Nullable String secret, Duration timeout) {
        WebhookSettings settings = new WebhookSettings(
                receiver.url(), secret == null ? null : Samples.secret(secret), Map.of(), timeout, true);
        return new WebhookNotifier(settings, InstantSource.fixed(NOW), new HttpPost(settings.target()));
    }

    private static String refusal(LocalReceiver.Answer answer) throws Exception {
        return refusal(answer, BOUND);
    }

    private static String refusal(LocalReceiver.Answer answer, Duration timeout) throws Exception {
        try (LocalReceiver receiver = LocalReceiver.answering(answer)) {
            MonotonicClock clock = MonotonicClock.system();
            long begun = clock.nanos();
            Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(
                    () -> to(receiver, null, timeout).send(Samples.firing("broken")));
            assertThat(Duration.ofNanos(clock.nanos() - begun)).isLessThan(timeout.multipliedBy(10));
            assertThat(thrown).isInstanceOf(IOException.class).hasMessageStartingWith("http://127.0.0.1:");
            assertThat(thrown.getMessage()).doesNotContain("geheim");
            return String.valueOf(thrown.getMessage());
        }
    }

    private static void write(java.io.OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Test
    void the_body_is_signed_with_its_id_and_time() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.saying("202 Accepted", "thanks")) {
            String heard = to(receiver, "swordfish").sendAndHear(Samples.firing("no heartbeat for 7s, φ 9"));
            assertThat(heard).isEqualTo("answered 202: thanks");

            LocalReceiver.Request request = Objects.requireNonNull(receiver.requests.poll(10, TimeUnit.SECONDS));
            assertThat(request.line()).isEqualTo("POST /hook?token=geheim HTTP/1.1");
            assertThat(request.headers())
                    .containsEntry("webhook-id", Samples.ID.toString())
                    .containsEntry("webhook-timestamp", "1764000000")
                    .containsEntry(
                            "webhook-signature",
                            Signature.of("swordfish", Samples.ID.toString(), "1764000000", request.body()));
            assertThat(request.body())
                    .contains("\"id\":\"" + Samples.ID + "\"", "no heartbeat for 7s, φ 9", "\"kind\":\"firing\"");
        }
    }

    /// The example of the specification, so that libraries of others verify what we sign.
    @Test
    void the_signature_is_that_of_standard_webhooks() {
        assertThat(Signature.of(
                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        "1614265330",
                        "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void an_error_is_told_with_what_was_answered() throws Exception {
        assertThat(refusal(out -> write(out, "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nfull")))
                .endsWith("answered 500: full");
        assertThat(
                        refusal(
                                out -> write(
                                        out,
                                        "HTTP/1.1 429 Slow\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nslo\r\n5\r\nw dow\r\n1\r\nn\r\n0\r\n\r\n")))
                .endsWith("answered 429: slow down");
    }

    @Test
    void a_redirect_is_not_followed() throws Exception {
        assertThat(refusal(out -> write(
                        out, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")))
                .endsWith("answered 302, a redirect, which is not followed");
    }

    @Test
    void one_that_hangs_is_given_up() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        assertThat(refusal(_ -> never.await(), SHORT)).endsWith("did not answer within 400ms");
        never.countDown();
    }

    @Test
    void one_that_drips_is_given_up() throws Exception {
        assertThat(refusal(
                        out -> {
                            for (int i = 0; i < MANY; i++) {
                                write(out, i == 0 ? "HTTP/1.1 200 OK\r\nX: " : "x");
                                Threads.pause(Duration.ofMillis(20));
                            }
                        },
                        SHORT))
                .endsWith("did not answer within 400ms");
    }

    @Test
    void one_that_hangs_up_is_told() throws Exception {
        assertThat(refusal(out -> out.close())).endsWith("failed: the connection ended before there was an answer");
        assertThat(refusal(out -> write(out, "HTTP/1.1 20"))).contains("the connection ended");
        assertThat(refusal(out -> write(out, "SSH-2.0-OpenSSH\r\n"))).endsWith("what was answered is not HTTP");
    }

    @Test
    void a_head_without_end_is_not_read_to_its_end() throws Exception {
        assertThat(refusal(out -> {
                    write(out, "HTTP/1.1 200 OK\r\n");
                    for (int i = 0; i < MANY; i++) {
                        write(out, "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n");
                    }
                }))
                .contains("the head of the answer is longer than 32768 bytes");
    }

    @Test
    void a_body_without_end_is_left_unread_once_it_was_taken() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.answering(out -> {
            write(out, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) {
                write(out, "all work and no play ");
            }
        })) {
            assertThat(to(receiver, null).sendAndHear(Samples.firing("broken")))
                    .startsWith("answered 200: all work and no play")
                    .hasSizeLessThan(300);
        }
    }

    @Test
    void a_private_address_is_refused_unless_it_is_allowed() {
        WebhookNotifier notifier = new WebhookNotifier(URI.create("http://localhost:9/hook"));
        assertThatThrownBy(() -> notifier.send(Samples.firing("broken")))
                .isInstanceOf(RefusedDestination.class)
                .hasMessageContaining("an address of this machine or of a private network; allowPrivate: true");
    }

    @Test
    void what_can_never_be_an_address_is_refused_at_once() {
        for (String url : new String[] {"ftp://example.org/", "/hook", "http://user:secret@example.org/"}) {
            assertThatThrownBy(() -> new WebhookNotifier(URI.create(url)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("url must")
                    .hasMessageNotContaining("secret@");
        }
    }
}

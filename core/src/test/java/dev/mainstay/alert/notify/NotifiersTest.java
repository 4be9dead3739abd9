package dev.mainstay.alert.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.alert.AlertState;
import dev.mainstay.alert.Notification;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.Organizations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Slack, PagerDuty and programs, each at a receiver that is there.
class NotifiersTest {
    private static final Duration BOUND = Duration.ofSeconds(5);

    private static JsonNode next(LocalReceiver receiver) throws InterruptedException {
        return Jsonb.node(Objects.requireNonNull(receiver.requests.poll(10, TimeUnit.SECONDS), "nothing came")
                .body());
    }

    @Test
    void slack_gets_one_text_in_which_nobody_can_be_named() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.saying("200 OK", "ok")) {
            SlackSettings settings =
                    new SlackSettings(Samples.secret(receiver.url().toString()), BOUND, true);
            assertThat(new SlackNotifier(settings).sendAndHear(Samples.firing("see <!channel> & <http://x|y>")))
                    .isEqualTo("answered 200: ok");
            assertThat(next(receiver).path("text").asString())
                    .startsWith("*[critical] heartbeat-missed: price-sync: see &lt;!channel&gt; &amp;")
                    .contains("https://runbooks.example.org/silent");
        }
    }

    @Test
    void what_slack_says_is_told_and_its_address_is_not() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.saying("403 Forbidden", "invalid_token")) {
            SlackSettings settings =
                    new SlackSettings(Samples.secret(receiver.url().toString()), BOUND, true);
            assertThatThrownBy(() -> new SlackNotifier(settings).send(Samples.firing("x")))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("answered 403: invalid_token")
                    .hasMessageNotContaining("geheim");
        }
    }

    @Test
    void pagerduty_keeps_one_incident_by_organization_and_fingerprint() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.saying("202 Accepted", "{\"status\":\"success\"}")) {
            PagerDutyNotifier notifier = new PagerDutyNotifier(
                    new PagerDutySettings(Samples.secret("R0UT1NG"), receiver.url(), BOUND, true));
            notifier.send(Samples.firing("no heartbeat for 7s"));
            notifier.send(Samples.of(Notification.Kind.ACKNOWLEDGED, AlertState.ACKNOWLEDGED, "no heartbeat for 7s"));
            notifier.send(Samples.of(Notification.Kind.RESOLVED, AlertState.RESOLVED, "no heartbeat for 7s"));

            JsonNode trigger = next(receiver);
            assertThat(trigger.path("event_action").asString()).isEqualTo("trigger");
            assertThat(trigger.path("routing_key").asString()).isEqualTo("R0UT1NG");
            assertThat(trigger.path("dedup_key").asString())
                    .isEqualTo(Organizations.DEFAULT + "|heartbeat-missed|price-sync||{}");
            assertThat(trigger.at("/payload/summary").asString())
                    .isEqualTo("heartbeat-missed: price-sync: no heartbeat for 7s");
            assertThat(trigger.at("/payload/severity").asString()).isEqualTo("critical");
            assertThat(trigger.at("/payload/source").asString()).isEqualTo("price-sync");
            assertThat(trigger.at("/links/0/href").asString()).isEqualTo("https://runbooks.example.org/silent");
            for (String action : List.of("acknowledge", "resolve")) {
                JsonNode event = next(receiver);
                assertThat(event.path("event_action").asString()).isEqualTo(action);
                assertThat(event.path("dedup_key")).isEqualTo(trigger.path("dedup_key"));
            }
        }
    }

    @Test
    void pagerduty_takes_what_two_organizations_call_alike_for_two() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.saying("202 Accepted", "")) {
            PagerDutyNotifier notifier = new PagerDutyNotifier(
                    new PagerDutySettings(Samples.secret("R0UT1NG"), receiver.url(), BOUND, true));
            UUID other = UUID.fromString("00000000-0000-0000-0000-000000000002");
            for (String id : List.of("price-sync", "a".repeat(300) + "1", "a".repeat(300) + "2")) {
                notifier.send(Samples.of(Organizations.DEFAULT, id));
                notifier.send(Samples.of(other, id));
            }
            Set<String> keys = new HashSet<>();
            for (int i = 0; i < 6; i++) {
                String key = next(receiver).path("dedup_key").asString();
                assertThat(key).hasSizeLessThanOrEqualTo(255);
                keys.add(key);
            }
            assertThat(keys).hasSize(6);
        }
    }

    @Test
    void pagerduty_is_not_told_late_what_is_over() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.saying("202 Accepted", "")) {
            PagerDutyNotifier notifier = new PagerDutyNotifier(
                    new PagerDutySettings(Samples.secret("R0UT1NG"), receiver.url(), BOUND, true));
            assertThat(notifier.sendAndHear(Samples.of(Notification.Kind.FIRING, AlertState.RESOLVED, "gone")))
                    .contains("resolved meanwhile");
            assertThat(receiver.requests).isEmpty();
            notifier.send(Notification.test(Organizations.DEFAULT, Samples.ID, Instant.EPOCH));
            assertThat(next(receiver).path("event_action").asString()).isEqualTo("trigger");
            assertThat(next(receiver).path("event_action").asString()).isEqualTo("resolve");
        }
    }

    @Test
    void pagerduty_is_told_the_rest_where_an_attempt_ended_in_the_middle() throws Exception {
        List<String> agents =
                IntStream.range(0, 25).mapToObj(number -> "agent-" + number).toList();
        AtomicInteger asked = new AtomicInteger();
        try (LocalReceiver receiver = LocalReceiver.answering(out -> out.write((asked.incrementAndGet() == 11
                        ? "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII)))) {
            PagerDutyNotifier notifier = new PagerDutyNotifier(
                    new PagerDutySettings(Samples.secret("R0UT1NG"), receiver.url(), BOUND, true));
            assertThatThrownBy(() -> notifier.send(Samples.resolved(agents))).hasMessageContaining("429");
            receiver.requests.clear();

            notifier.send(Samples.resolved(agents));

            assertThat(receiver.requests)
                    .extracting(request -> Jsonb.node(request.body())
                            .path("dedup_key")
                            .asString()
                            .split("\\|", -1)[2])
                    .containsExactlyElementsOf(agents.subList(10, 25));
            receiver.requests.clear();
            notifier.send(Samples.resolved(agents));
            assertThat(receiver.requests).as("sent once more, all is told anew").hasSize(25);
        }
    }

    private static CommandNotifier command(Duration timeout, String... command) {
        return new CommandNotifier(
                new CommandSettings(List.of(command), Map.of("TOKEN", Samples.secret("swordfish")), timeout));
    }

    @Test
    void a_program_gets_the_notification_on_its_input(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("got");
        String heard = command(
                        BOUND,
                        "sh",
                        "-c",
                        "cat > \"$0\"; echo \"token $TOKEN, home ${HOME:+set}$MAINSTAY\"",
                        file.toString())
                .sendAndHear(Samples.firing("no heartbeat for 7s"));
        assertThat(heard).isEqualTo("ended with 0 and said: token swordfish, home set");
        assertThat(Jsonb.node(Files.readString(file)).at("/alerts/0/summary").asString())
                .isEqualTo("no heartbeat for 7s");
    }

    @Test
    void a_program_that_fails_hangs_or_is_not_there_is_told() {
        assertThatThrownBy(
                        () -> command(BOUND, "sh", "-c", "echo no disk; exit 3").send(Samples.firing("x")))
                .hasMessage("sh ended with 3 and said: no disk");
        assertThatThrownBy(() -> command(Duration.ofMillis(300), "sh", "-c", "sleep 60 & sleep 60")
                        .send(Samples.firing("x")))
                .hasMessageStartingWith("sh did not end within 300ms and was ended");
        assertThatThrownBy(() -> command(BOUND, "no-such-program-here").send(Samples.firing("x")))
                .isInstanceOf(IOException.class);
        assertThat(ProcessHandle.current()
                        .descendants()
                        .filter(child -> child.info().commandLine().orElse("").contains("sleep 60")))
                .isEmpty();
    }
}

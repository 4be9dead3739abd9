package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A whole server whose messages lie elsewhere than in its database, over HTTP and from the command line: what is
/// published there is listed, handed out, answered, given up and handed out again there.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MessagesElsewhere {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final String transport;
    private final HttpClient client = HttpClient.newHttpClient();

    private Path folder;
    private Broker broker;
    private CommandStage stage;

    MessagesElsewhere(String transport) {
        this.transport = transport;
    }

    abstract Broker broker(Path folder) throws IOException;

    @BeforeAll
    void start(@TempDir Path given) throws IOException {
        folder = given;
        broker = broker(Files.createDirectory(folder.resolve("broker")));
        Path url = Files.writeString(folder.resolve("url"), broker.url());
        stage = CommandStage.start(
                folder, "first", "messages: {transport: " + transport + ", url: \"file:" + url + "\"}\n");
    }

    @AfterAll
    void stop() {
        if (stage != null) {
            stage.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private HttpRequest.Builder request(String path) throws IOException {
        String key =
                Files.readString(folder.resolve("data").resolve("admin-token")).strip();
        return HttpRequest.newBuilder(URI.create(stage.server().address() + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json");
    }

    private HttpResponse<String> answer(String method, String path, String body) throws Exception {
        return client.send(
                request("/api/v1/" + path)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode call(String method, String path, String body) throws Exception {
        HttpResponse<String> response = answer(method, path, body);
        assertThat(response.statusCode())
                .as("%s %s: %s", method, path, response.body())
                .isBetween(200, 299);
        return ApiClient.JSON.readTree(response.body().isEmpty() ? "null" : response.body());
    }

    private JsonNode get(String path) throws Exception {
        return call("GET", path, "");
    }

    private long publish(String json) throws Exception {
        return call("POST", "messages", json).path("position").asLong(0);
    }

    private void declare(String group) throws Exception {
        call("PUT", "message-groups/" + group, "{\"channels\": [\"" + group + "\"], \"maxAttempts\": 3}");
    }

    private JsonNode claimed(String group) throws Exception {
        return call("POST", "message-groups/" + group + "/claim", "{\"max\": 10, \"wait\": \"PT10S\"}");
    }

    private static String lease(JsonNode claimed, String rest) {
        return "{\"leaseToken\": \"" + claimed.path("leaseToken").asString("") + "\", " + rest + "}";
    }

    private static List<Long> positions(JsonNode items, String... path) {
        return items.valueStream()
                .map(item -> {
                    JsonNode at = item;
                    for (String name : path) {
                        at = at.path(name);
                    }
                    return at.path("position").asLong(0);
                })
                .toList();
    }

    @Test
    void what_is_published_is_listed_handed_out_given_up_and_handed_out_again() throws Exception {
        declare("bills");
        long position = publish("""
                {"channel": "bills", "routingKey": "eu.created", "correlationId": "order-7", "body": {"n": 7}}""");
        assertThat(positions(get("messages?correlation=order-7").path("items"))).containsExactly(position);
        assertThat(get("messages/" + position).path("channel").asString("")).isEqualTo("bills");
        assertThat(get("message-channels").toString()).contains("\"bills\"");
        assertThat(get("message-groups/bills").path("behind").asInt(0)).isEqualTo(1);

        JsonNode claimed = claimed("bills");
        assertThat(positions(claimed.path("messages"), "message")).containsExactly(position);
        assertThat(get("message-groups/bills").path("inHand").asInt(0)).isEqualTo(1);
        call(
                "POST",
                "message-groups/bills/fail",
                lease(claimed, "\"position\": " + position + ", \"error\": \"no\", \"retryable\": false"));

        String letters = "message-dead-letters";
        assertThat(positions(get(letters + "?group=bills").path("items"), "message"))
                .containsExactly(position);
        assertThat(done("message", "dead-letters", "list", "bills", "-o", "csv").out())
                .contains("bills," + position);
        call("POST", letters + "/bills/" + position + "/redrive", "{}");
        assertThat(get(letters + "?group=bills").path("items")).isEmpty();

        JsonNode again = claimed("bills");
        assertThat(positions(again.path("messages"), "message")).containsExactly(position);
        call("POST", "message-groups/bills/ack", lease(again, "\"positions\": [" + position + "]"));
        assertThat(get("message-groups/bills").path("inHand").asInt(9)).isZero();
        assertThat(get("message-groups").toString()).contains("\"bills\"");
        call("DELETE", "message-groups/bills", "");
        assertThat(get("message-groups").toString()).doesNotContain("\"bills\"");
    }

    private Terminal.Said done(String... words) {
        return stage.terminal().done(words);
    }

    @Test
    void a_question_is_answered_and_its_thread_is_told_by_stream_and_tail() throws Exception {
        declare("questions");
        publish("""
                {"channel": "questions", "correlationId": "q-1", "replyTo": "answers", "body": "how many?"}""");
        JsonNode question = claimed("questions").path("messages").path(0).path("message");
        long answer = publish("{\"channel\": \"" + question.path("replyTo").asString("") + "\", \"correlationId\": \""
                + question.path("correlationId").asString("") + "\", \"body\": 42}");
        assertThat(streamed("answers")).contains("\"position\":" + answer).contains("\"body\":42");
        assertThat(done("message", "tail", "answers", "--since", "1h", "--count", "1")
                        .out())
                .contains("\"body\":42");
        assertThat(done("message", "list", "--correlation", "q-1", "-o", "csv").out())
                .contains("questions", "answers");
    }

    private String streamed(String channel) throws Exception {
        HttpResponse<InputStream> response = client.send(
                request("/api/v1/messages/stream?after=0&channel=" + channel).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.startsWith("data: ")) {
                line = lines.readLine();
            }
            return String.valueOf(line);
        }
    }

    @Test
    void a_server_that_is_away_is_told_by_readiness_and_the_doctor_until_it_is_back() throws Exception {
        assertThat(ready()).contains("{\"name\":\"messages\",\"ready\":true");
        assertThat(done("doctor", "-o", "csv").out()).contains("messages,ok,");
        broker.close();
        Eventually.holds("it is missed", BOUND, () -> ready().contains("{\"name\":\"messages\",\"ready\":false"));
        Terminal.Said said = stage.terminal().type("doctor", "-o", "csv");
        assertThat(said.exit()).isEqualTo(4);
        assertThat(said.out()).contains("messages,failed,");
        HttpResponse<String> refused = answer("POST", "messages", "{\"channel\": \"outage\", \"body\": 1}");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(ApiClient.JSON.readTree(refused.body()).path("code").asString(""))
                .startsWith("MESSAGES_");
        assertThat(refused.body()).doesNotContain(broker.url());

        broker.restart();
        Eventually.holds("it is back", BOUND, () -> ready().contains("{\"name\":\"messages\",\"ready\":true"));
        long position = publish("{\"channel\": \"outage\", \"body\": 2}");
        assertThat(positions(get("messages?channel=outage").path("items"))).contains(position);
    }

    private String ready() {
        try {
            return client.send(request("/health/ready").build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

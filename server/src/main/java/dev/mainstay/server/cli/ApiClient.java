package dev.mainstay.server.cli;

import dev.mainstay.postgres.ExactJson;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls the HTTP API; what it refuses comes as a [CommandFailure] in its own words. Thread-safe.
final class ApiClient {
    static final JsonMapper JSON = ExactJson.builder().build();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int PAGE = 1000;
    /// How the API names a list that the command line has a command for.
    private static final Pattern LISTS = Pattern.compile(
            "GET /api/v1/(?:(agent|node|state|task|queue|schedule|message)s?|message-(groups|dead-letters)) lists");

    private final URI server;
    private final String token;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();

    ApiClient(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    URI server() {
        return server;
    }

    /// A part of a path or a value of a query.
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    JsonNode get(String path) {
        return json(send("GET", path, null, Map.of()));
    }

    JsonNode post(String path, Object body) {
        return json(send("POST", path, JSON.writeValueAsString(body), Map.of()));
    }

    JsonNode put(String path, Object body) {
        return json(send("PUT", path, JSON.writeValueAsString(body), Map.of()));
    }

    void delete(String path) {
        send("DELETE", path, null, Map.of());
    }

    /// What is answered, even when it is a refusal.
    HttpResponse<String> exchange(String method, String path, @Nullable String body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(uri(path))
                .timeout(ANSWER)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        request.header("Authorization", "Bearer " + token);
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        return sent(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private <T> HttpResponse<T> sent(HttpRequest request, HttpResponse.BodyHandler<T> reader) {
        try {
            return client.send(request, reader);
        } catch (HttpTimeoutException e) {
            throw new CommandFailure(ExitCode.TIMEOUT, server + " did not answer in time; try again, or see its log");
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "no Mainstay answers at " + server
                            + "; start one with `mainstay up`, or name another with --server");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILURE, "interrupted");
        }
    }

    private URI uri(String path) {
        try {
            return URI.create(server + path);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "not a path: " + path);
        }
    }

    HttpResponse<String> send(String method, String path, @Nullable String body, Map<String, String> headers) {
        var answer = exchange(method, path, body, headers);
        if (answer.statusCode() >= 400) {
            throw new CommandFailure(ExitCode.ofStatus(answer.statusCode()), refusal(path, answer));
        }
        return answer;
    }

    private static String refusal(String path, HttpResponse<String> answer) {
        if (answer.statusCode() == 401) {
            return "the API key was refused; give a valid one with --token or MAINSTAY_TOKEN";
        }
        var problem = json(answer);
        var detail = problem.path("detail").asString(answer.statusCode() + " for " + path);
        var words = new StringBuilder(LISTS.matcher(detail).replaceFirst(ApiClient::lists));
        var errors = problem.path("errors");
        if (errors.size() > 1) { // one alone is the detail itself
            errors.forEach(error -> words.append("\n  ")
                    .append(error.path("path").asString(""))
                    .append(": ")
                    .append(error.path("message").asString("")));
        }
        return words.toString();
    }

    private static String lists(MatchResult list) {
        var words = list.group(1) == null ? "message " + list.group(2) : list.group(1);
        return "`mainstay " + words + " list` lists";
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body().isBlank() ? "{}" : answer.body());
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }

    /// The lines of an answer as they come; close it to end it. Reading throws [java.io.UncheckedIOException] when the
    /// connection breaks.
    Stream<String> lines(String path, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + token);
        headers.forEach(request::header);
        var answer = sent(request.build(), HttpResponse.BodyHandlers.ofLines());
        if (answer.statusCode() >= 400) {
            send("GET", path, null, headers); // says why
        }
        return answer.body();
    }

    /// The given ones as the query of a path.
    static String query(Map<String, @Nullable String> query) {
        return "?"
                + query.entrySet().stream()
                        .filter(entry -> entry.getValue() != null)
                        .map(entry -> entry.getKey() + "=" + encoded(String.valueOf(entry.getValue())))
                        .collect(Collectors.joining("&"));
    }

    /// All items of a list, page by page, `most` at most.
    List<JsonNode> items(String path, Map<String, @Nullable String> query, int most) {
        var items = new ArrayList<JsonNode>();
        String next = null;
        do {
            var page = get(path + query(query, Math.min(PAGE, most - items.size()), next));
            page.path("items").forEach(items::add);
            next = page.path("next").asString(null);
        } while (next != null && items.size() < most);
        return items;
    }

    private static String query(Map<String, @Nullable String> query, int limit, @Nullable String cursor) {
        var given = query.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .map(entry -> entry.getKey() + "=" + encoded(String.valueOf(entry.getValue())))
                .collect(Collectors.joining("&"));
        return "?limit=" + limit + (given.isEmpty() ? "" : "&" + given)
                + (cursor == null ? "" : "&cursor=" + encoded(cursor));
    }
}

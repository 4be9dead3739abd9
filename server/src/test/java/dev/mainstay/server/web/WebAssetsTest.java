package dev.mainstay.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.http.HttpConfig;
import dev.mainstay.server.http.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebAssetsTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static HttpServer server;
    private static String folder;

    @BeforeAll
    static void start() throws Exception {
        server = HttpServer.start(
                new HttpConfig("127.0.0.1", 0),
                key -> Optional.empty(),
                WebAssets.load().routes(),
                new SimpleMeterRegistry());
        folder = found("src=\"(/assets/[0-9a-f]+)/app/main.js\"", text(get("/")));
    }

    @AfterAll
    static void stop() {
        server.close();
        CLIENT.close();
    }

    @Test
    void every_file_of_the_dashboard_is_served() throws Exception {
        try (Stream<Path> files = Files.list(
                Path.of(WebAssets.class.getResource("app/main.js").toURI()).getParent())) {
            for (Path file : files.toList()) {
                HttpResponse<byte[]> answer = get(folder + "/app/" + file.getFileName());
                assertThat(answer.statusCode()).as(file.toString()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(Files.readAllBytes(file));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/app/nothing.js", "/index.html", "/lib/lit/package.json", "/app/", "/", "/app/..%2findex.html"})
    void nothing_else_is_served(String path) throws Exception {
        assertThat(get(folder + path).statusCode()).isIn(400, 404);
    }

    @Test
    void files_of_another_version_are_not_served() throws Exception {
        assertThat(get("/assets/0000000000000000/app/main.js").statusCode()).isEqualTo(404);
    }

    @Test
    void every_import_by_name_leads_to_a_file() throws Exception {
        Matcher imports = Pattern.compile("\"(/assets/[^\"]+/lib/[^\"]+)\"").matcher(text(get("/")));
        List<String> paths =
                imports.results().map(each -> each.group(1)).distinct().toList();
        assertThat(paths).hasSizeGreaterThan(8);
        for (String path : paths) {
            HttpResponse<byte[]> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/javascript; charset=utf-8");
        }
    }

    @Test
    void the_policy_allows_this_origin_and_inline_nothing_but_the_import_map() throws Exception {
        HttpResponse<byte[]> page = get("/");
        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        String importMap = found("<script type=\"importmap\">(.*?)</script>", text(page));
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(importMap.getBytes(UTF_8)));
        assertThat(policy)
                .contains("default-src 'self'; script-src 'self' 'sha256-" + hash + "';")
                .doesNotContain("unsafe")
                .doesNotContain("http");
        assertThat(text(page)).doesNotContain("{{").doesNotContain(" style=").doesNotContain("://");
    }

    @Test
    void a_browser_keeps_the_files_and_asks_for_the_page_again() throws Exception {
        HttpResponse<byte[]> page = get("/");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-cache");
        assertThat(get(folder + "/app/main.js").headers().firstValue("Cache-Control"))
                .hasValue("public, max-age=31536000, immutable");
        HttpResponse<byte[]> again =
                get("/", "If-None-Match", page.headers().firstValue("ETag").orElseThrow());
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void who_understands_gzip_gets_it() throws Exception {
        String path = folder + "/lib/chart.js/dist/chart.js";
        HttpResponse<byte[]> answer = get(path, "Accept-Encoding", "gzip, br");
        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(answer.headers().firstValue("Vary")).hasValue("Accept-Encoding");
        byte[] unpacked = new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
        assertThat(unpacked).isEqualTo(get(path).body()).hasSizeGreaterThan(3 * answer.body().length);
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher.group(1);
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), UTF_8);
    }

    private static HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    }
}

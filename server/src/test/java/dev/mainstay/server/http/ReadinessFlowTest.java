package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadinessFlowTest {
    private ApiServer api;

    @BeforeEach
    void start() {
        api = new ApiServer();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void a_node_that_can_work_is_ready() {
        Reply ready = api.send("GET", "/health/ready", null, null);

        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().path("ready").asBoolean()).isTrue();
    }

    @Test
    void a_node_without_a_session_is_not_ready_and_says_why() {
        api.nodeProblem.set(Optional.of("the session was lost"));

        Reply ready = api.send("GET", "/health/ready", null, null);

        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.body()).contains("the session was lost");
        assertThat(api.send("GET", "/health/live", null, null).status()).isEqualTo(200);
    }

    @Test
    void a_port_that_is_taken_is_refused_in_words() {
        HttpConfig taken = new HttpConfig("127.0.0.1", api.server.port());

        assertThatThrownBy(() -> HttpServer.start(taken, key -> Optional.empty(), List.of(), new SimpleMeterRegistry()))
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_UNAVAILABLE))
                .hasMessageContaining(Integer.toString(api.server.port()))
                .hasMessageContaining("--port");
    }

    @Test
    void what_it_measures_can_be_scraped_and_names_routes_not_paths() {
        api.agent(Organizations.DEFAULT, "one", "active");
        api.get(Role.VIEWER, "/api/v1/agents/one");

        String text = api.get(Role.VIEWER, "/metrics").body();

        assertThat(text)
                .contains("mainstay_http_requests_seconds_count{method=\"GET\",route=\"/api/v1/agents/{id}\"")
                .doesNotContain("agents/one");
    }
}

package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What requests ask of a queue's limits.
class QueueLimitsFlowTest {
    private static final ApiServer api = new ApiServer();

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void limits_are_set_and_taken_away() {
        api.post(Role.OPERATOR, "/api/v1/tasks", "{\"type\": \"nobody\", \"payload\": {}, \"queue\": \"bounded\"}");

        JsonNode set = limits("{\"concurrency\": 2, \"rate\": 5, \"period\": \"PT10S\", \"reason\": \"x\"}")
                .json();
        JsonNode unset = limits("{\"reason\": \"x\"}").json();

        assertThat(set.path("limits").path("concurrency").asInt()).isEqualTo(2);
        assertThat(set.path("limits").path("rate").asInt()).isEqualTo(5);
        assertThat(set.path("limits").path("period").asString()).isEqualTo("PT10S");
        assertThat(unset.path("limits").isNull()).isTrue();
        assertThat(limits("{\"concurrency\": 0, \"reason\": \"x\"}").status()).isEqualTo(422);
        assertThat(api.get(Role.VIEWER, "/api/v1/events?type=queue.limited")
                        .json()
                        .path("items"))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    private static Reply limits(String body) {
        return api.send(
                "PUT",
                "/api/v1/queues/bounded/limits",
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                body);
    }
}

package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every operation of the document, tried by those who may not, and against another organization.
class RoutesFlowTest {
    private static ApiServer api;
    private static String foreignKey;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.agent(Organizations.DEFAULT, "mine", "active");
        api.agent(ApiServer.OTHER, "theirs", "active");
        api.execute("INSERT INTO system_state (organization_id, key, value) VALUES ('" + ApiServer.OTHER
                + "', 'theirs', '1')");
        foreignKey = api.key(ApiServer.OTHER, Role.VIEWER).id();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    static List<OpenApi.Operation> operations() {
        return new OpenApi().operations();
    }

    static Stream<OpenApi.Operation> closedOperations() {
        return operations().stream().filter(operation -> !operation.role().equals("public"));
    }

    static Stream<OpenApi.Operation> operationsOnAnId() {
        return operations().stream().filter(operation -> operation.path().contains("{"));
    }

    @Test
    void the_document_and_the_routes_are_the_same_in_both_directions() {
        assertThat(api.routes.stream()
                        .map(route -> route.method() + " " + route.documentedPath() + " for "
                                + route.access().word()))
                .containsExactlyInAnyOrderElementsOf(operations().stream()
                        .map(operation -> operation + " for " + operation.role())
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("closedOperations")
    void without_a_key_the_answer_is_401_and_says_how(OpenApi.Operation operation) {
        for (String key : Arrays.asList(null, "", "nonsense", "mst_AAAAAAAAAAAAAAAA." + "A".repeat(43))) {
            Reply reply = api.send(operation.method(), path(operation, "mine"), key, null);

            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer");
            assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(reply.code()).isEqualTo("UNAUTHENTICATED");
        }
    }

    @ParameterizedTest
    @MethodSource("closedOperations")
    void a_role_that_may_not_is_refused_with_403(OpenApi.Operation operation) {
        Access access = Arrays.stream(Access.values())
                .filter(each -> each.word().equals(operation.role()))
                .findFirst()
                .orElseThrow();
        for (Role role : Role.values()) {
            if (!access.allows(role)) {
                Reply reply = api.send(
                        operation.method(),
                        path(operation, "mine"),
                        api.key(Organizations.DEFAULT, role).reveal(),
                        null);

                assertThat(reply.status()).as("%s as %s", operation, role).isEqualTo(403);
                assertThat(reply.code()).isEqualTo("FORBIDDEN");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operationsOnAnId")
    void what_belongs_to_another_organization_is_answered_like_what_does_not_exist(OpenApi.Operation operation) {
        String foreign = operation.path().contains("/keys/") ? foreignKey : "theirs";
        Reply unknown = asAdmin(operation, path(operation, "no-such-thing"));
        Reply other = asAdmin(operation, path(operation, foreign));

        // What can be made by a PUT is put on the condition that it exists.
        assertThat(unknown.status())
                .isEqualTo(
                        operation.path().matches(".*/(state|schedules|message-groups|alert-rules)/.*")
                                        && operation.method().equals("PUT")
                                ? 412
                                : 404);
        assertThat(other.status()).isEqualTo(unknown.status());
        assertThat(other.body().replace(foreign, "no-such-thing")).isEqualTo(unknown.body());
    }

    @Test
    void what_is_mine_is_not_answered_with_404() {
        for (OpenApi.Operation operation : operationsOnAnId().toList()) {
            if (operation.path().contains("/agents/")) {
                assertThat(asAdmin(operation, path(operation, "mine")).status())
                        .as(operation.toString())
                        .isNotEqualTo(404);
            }
        }
    }

    private static Reply asAdmin(OpenApi.Operation operation, String path) {
        return api.send(
                operation.method(),
                path,
                api.key(Organizations.DEFAULT, Role.ADMIN).reveal(),
                body(operation),
                request -> operation.method().equals("PUT") ? request.header("If-Match", "\"7\"") : request);
    }

    private static @Nullable String body(OpenApi.Operation operation) {
        if (!operation.method().equals("POST") && !operation.method().equals("PUT")) {
            return null;
        }
        return operation.path().endsWith("/heartbeat")
                ? "{\"fence\":1,\"leaseToken\":\"" + new UUID(1, 1) + "\",\"heartbeat\":{}}"
                : "{\"reason\":\"a test\"}";
    }

    private static String path(OpenApi.Operation operation, String id) {
        return operation.path().replaceAll("\\{\\w+}", id);
    }
}

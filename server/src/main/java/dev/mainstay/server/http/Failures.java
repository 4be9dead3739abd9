package dev.mainstay.server.http;

import dev.mainstay.MainstayException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where what a handler throws becomes an answer, and is logged. Stateless and thread-safe.
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static Refusal refusal(Throwable failure, Route route) {
        return switch (failure) {
            case Refusal refusal -> refusal;
            case MainstayException known -> worded(known, route);
            default -> unexpected(failure, route);
        };
    }

    private static Refusal worded(MainstayException failure, Route route) {
        String code = failure.code().name();
        return switch (failure.code()) {
            case AGENT_UNKNOWN -> Refusal.notFound(detail(failure) + "; GET /api/v1/agents lists those there are");
            case ALERT_UNKNOWN -> Refusal.notFound(detail(failure) + "; GET /api/v1/alerts lists those there are");
            case RULE_UNKNOWN -> Refusal.notFound(detail(failure) + "; GET /api/v1/alert-rules lists those there are");
            case NOTIFIER_UNKNOWN ->
                Refusal.notFound(detail(failure) + "; GET /api/v1/notifiers lists those there are");
            case SCHEDULE_UNKNOWN ->
                Refusal.notFound(detail(failure) + "; GET /api/v1/schedules lists those there are");
            case GROUP_UNKNOWN ->
                Refusal.notFound(detail(failure) + "; GET /api/v1/message-groups lists those there are");
            case SLO_UNKNOWN -> Refusal.notFound(detail(failure) + "; GET /api/v1/slos lists those there are");
            case SCHEDULE_TOO_MANY -> Refusal.invalid(List.of(new Problem.At("$.to", detail(failure))));
            case AGENT_DUPLICATE,
                    AGENT_IN_USE,
                    TRANSITION_REFUSED,
                    LEASE_LOST,
                    NODE_LAST,
                    STEP_CONFLICT,
                    TASK_LINK,
                    SCHEDULE_EXISTS,
                    SCHEDULE_DECLARED,
                    SLO_DECLARED,
                    ALERT_STATE,
                    RULE_DECLARED -> Refusal.conflict(code, detail(failure));
            case PAYLOAD_TOO_LARGE -> Refusal.tooLarge(code, detail(failure));
            case TASK_BUSY -> Refusal.busy(code, detail(failure));
            case TOO_MANY_WAITING -> Refusal.tooMany(code, detail(failure), 1);
            case STATE_CONFLICT, SCHEDULE_CONFLICT -> Refusal.stale(detail(failure));
            case TASK_UNKNOWN -> Refusal.notFound(detail(failure) + "; GET /api/v1/tasks lists those there are");
            case DATABASE_UNREACHABLE,
                    DATABASE_AUTH,
                    DATABASE_MISSING,
                    DATABASE_TLS,
                    DATABASE_READ_ONLY,
                    DISK_FULL,
                    TELEMETRY_FULL,
                    NODE_FENCED,
                    MESSAGES_UNREACHABLE,
                    MESSAGES_AUTH,
                    MESSAGES_UNSUITABLE -> {
                LOG.atWarn().addKeyValue("route", route.path()).log("answered 503 {}: {}", code, detail(failure));
                yield Refusal.unavailable(code, unavailable(failure));
            }
            case COMMIT_UNKNOWN ->
                Refusal.unavailable(
                        code, "the connection broke during the commit: look whether it happened before repeating it");
            case REPLY_TIMEOUT -> Refusal.unavailable(code, detail(failure));
            case MESSAGES_UNKNOWN ->
                Refusal.unavailable(
                        code, "the answer of Redis or NATS was lost: look whether it happened before repeating it");
            default -> unexpected(failure, route);
        };
    }

    // The server's words name hosts and users; whoever calls needs only what to do.
    private static String unavailable(MainstayException failure) {
        return switch (failure.code()) {
            case DATABASE_READ_ONLY -> "the database takes no writes; try again";
            case DISK_FULL -> "the database has no disk space left";
            case DATABASE_UNREACHABLE, DATABASE_AUTH, DATABASE_MISSING, DATABASE_TLS ->
                "the database does not answer; try again";
            case MESSAGES_UNREACHABLE -> "Redis or NATS, where the messages are, does not answer; try again";
            case MESSAGES_AUTH -> "Redis or NATS, where the messages are, refuses the user of this node";
            case MESSAGES_UNSUITABLE ->
                "Redis or NATS, where the messages are, refuses this: it is full, or not set up as it must be";
            default -> "this node cannot work at the moment; try again";
        };
    }

    private static Refusal unexpected(Throwable failure, Route route) {
        LOG.atError()
                .setCause(failure)
                .addKeyValue("method", route.method())
                .addKeyValue("route", route.path())
                .log("request failed, answered 500");
        return Refusal.internal();
    }

    private static String detail(MainstayException failure) {
        String message = failure.getMessage();
        return message == null ? failure.code().name() : message;
    }
}

package dev.mainstay.server.http;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Ends a request with a [Problem]: the one way in which a handler says no. It carries no stack trace, for it is an
/// answer and not a failure. Immutable and thread-safe.
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final transient Map<String, String> headers;

    private Refusal(Problem problem, Map<String, String> headers) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.headers = headers;
    }

    public Problem problem() {
        return problem;
    }

    Map<String, String> headers() {
        return headers;
    }

    public static Refusal malformed(String detail) {
        return plain(400, "Bad Request", "MALFORMED_JSON", detail);
    }

    public static Refusal parameter(String name, String message) {
        Problem problem = Problem.of(400, "Bad Request", "INVALID_PARAMETER", "parameter " + name + " " + message);
        return new Refusal(problem.with(List.of(new Problem.At(name, message))), Map.of());
    }

    public static Refusal cursor() {
        return plain(
                400, "Bad Request", "INVALID_CURSOR", "the cursor is not one this list gave; begin without a cursor");
    }

    /// The same whatever was wrong with the key, so that nothing can be learned by trying.
    public static Refusal unauthenticated() {
        Problem problem = Problem.of(
                401,
                "Unauthorized",
                "UNAUTHENTICATED",
                "a valid key is needed, as the header Authorization: Bearer mst_<id>.<secret>; the first start left an"
                        + " admin key in admin-token of its data folder, POST /api/v1/keys makes more");
        return new Refusal(problem, Map.of("WWW-Authenticate", "Bearer realm=\"mainstay\""));
    }

    public static Refusal forbidden(String detail) {
        return plain(403, "Forbidden", "FORBIDDEN", detail);
    }

    /// The same for what does not exist and for what belongs to another organization.
    ///
    /// @param what `agent`
    /// @param list where those there are can be found
    public static Refusal notFound(String what, String name, String list) {
        return notFound("there is no " + what + " \"" + name + "\"; " + list + " lists those there are");
    }

    /// The same where no list helps.
    public static Refusal notFound(String detail) {
        return plain(404, "Not Found", "NOT_FOUND", detail);
    }

    static Refusal agentNotFound(String id) {
        return notFound("agent", id, "GET /api/v1/agents");
    }

    /// Of something the caller has too much of already.
    public static Refusal tooMany(String code, String detail, int retryAfterSeconds) {
        Problem problem = Problem.of(429, "Too Many Requests", code, detail);
        return new Refusal(problem, Map.of("Retry-After", Integer.toString(retryAfterSeconds)));
    }

    public static Refusal methodNotAllowed(@Nullable String allowed) {
        Problem problem = Problem.of(405, "Method Not Allowed", "METHOD_NOT_ALLOWED", "this path has no such method");
        return new Refusal(problem, allowed == null ? Map.of() : Map.of("Allow", allowed));
    }

    /// Of a path that speaks another protocol.
    static Refusal upgradeRequired() {
        Problem problem = Problem.of(
                426, "Upgrade Required", "UPGRADE_REQUIRED", "this path is a WebSocket; see the guide to messages");
        return new Refusal(problem, Map.of("Upgrade", "websocket"));
    }

    public static Refusal conflict(String code, String detail) {
        return plain(409, "Conflict", code, detail);
    }

    public static Refusal stale(String detail) {
        return plain(412, "Precondition Failed", "STATE_CONFLICT", detail);
    }

    /// The rest of the body may be unread, so the connection cannot be used again, and says so.
    public static Refusal tooLarge(int limitBytes) {
        Problem problem = Problem.of(
                413, "Content Too Large", "BODY_TOO_LARGE", "the body may have at most " + limitBytes + " bytes");
        return new Refusal(problem, Map.of("Connection", "close"));
    }

    /// Of a value that is larger than what is kept.
    static Refusal tooLarge(String code, String detail) {
        return plain(413, "Content Too Large", code, detail);
    }

    public static Refusal unsupportedMediaType() {
        return plain(
                415,
                "Unsupported Media Type",
                "UNSUPPORTED_MEDIA_TYPE",
                "the body must be application/json in UTF-8, not compressed");
    }

    public static Refusal invalid(List<Problem.At> errors) {
        Problem.At first = errors.getFirst();
        String more = errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more)";
        Problem problem =
                Problem.of(422, "Unprocessable Content", "INVALID", first.path() + " " + first.message() + more);
        return new Refusal(problem.with(errors), Map.of());
    }

    public static Refusal unavailable(String code, String detail) {
        Problem problem = Problem.of(503, "Service Unavailable", code, detail);
        return new Refusal(problem, Map.of("Retry-After", "5"));
    }

    /// Of what somebody else will be done with in a moment.
    static Refusal busy(String code, String detail) {
        Problem problem = Problem.of(503, "Service Unavailable", code, detail);
        return new Refusal(problem, Map.of("Retry-After", "1"));
    }

    static Refusal internal() {
        return plain(
                500, "Internal Server Error", "INTERNAL", "this is a fault of Mainstay; the log of the node says more");
    }

    private static Refusal plain(int status, String title, String code, String detail) {
        return new Refusal(Problem.of(status, title, code, detail), Map.of());
    }
}

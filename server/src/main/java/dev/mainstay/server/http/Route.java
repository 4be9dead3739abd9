package dev.mainstay.server.http;

import dev.mainstay.server.auth.Access;

/// One way in: what is asked for, who may, and who answers. Immutable.
///
/// @param path as in the OpenAPI document, `/api/v1/agents/{id}`; a last `{…*}` takes slashes too
public record Route(Method method, String path, Access access, Handler handler) {
    /// The methods we use. `HEAD` is answered wherever `GET` is, by the same rules.
    public enum Method {
        GET,
        POST,
        PUT,
        DELETE
    }

    public static Route get(String path, Access access, Handler handler) {
        return new Route(Method.GET, path, access, handler);
    }

    public static Route post(String path, Access access, Handler handler) {
        return new Route(Method.POST, path, access, handler);
    }

    public static Route put(String path, Access access, Handler handler) {
        return new Route(Method.PUT, path, access, handler);
    }

    public static Route delete(String path, Access access, Handler handler) {
        return new Route(Method.DELETE, path, access, handler);
    }

    /// The path as the document has it, for it knows no `*`.
    public String documentedPath() {
        return path.replace("*}", "}");
    }

    boolean takesBody() {
        return method == Method.POST || method == Method.PUT;
    }
}

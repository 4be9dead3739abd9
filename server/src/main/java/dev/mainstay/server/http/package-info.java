/// The HTTP face: `/health`, `/metrics`, `/api/v1` and the files of the dashboard, as `openapi.yaml` describes them.
///
/// [dev.mainstay.server.http.HttpServer] is the main type. Routes are data ([dev.mainstay.server.http.Route]: method,
/// path, who may, handler), listed once a feature in the `…Routes` classes; a handler takes a
/// [dev.mainstay.server.http.Request] and gives an [dev.mainstay.server.http.Answer], or throws a
/// [dev.mainstay.server.http.Refusal]. Javalin is used in this package alone, and only by `HttpServer` and `Exchange`.
///
/// ```text
/// request -> Exchange: key -> access -> body (size, type, JSON) -> handler -> answer | problem+json
/// ```
@NullMarked
package dev.mainstay.server.http;

import org.jspecify.annotations.NullMarked;

package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/// An error as RFC 9457 wants it, with a `code` that programs may rely on. Immutable.
///
/// @param errors each place in the request that is wrong; left out where there is none
public record Problem(
        String type,
        String title,
        int status,
        String code,
        String detail,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<At> errors) {
    static final String MEDIA_TYPE = "application/problem+json";

    /// One wrong place, by its JSON path from the root `$` of the body, or the name of a parameter.
    public record At(String path, String message) {}

    static Problem of(int status, String title, String code, String detail) {
        return new Problem("about:blank", title, status, code, detail, List.of());
    }

    Problem with(List<At> places) {
        return new Problem(type, title, status, code, detail, List.copyOf(places));
    }
}

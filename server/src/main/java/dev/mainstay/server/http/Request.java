package dev.mainstay.server.http;

import dev.mainstay.server.auth.Caller;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What was asked: the caller, the parts of the path, the query and the body. Belongs to the thread of its request.
public interface Request {
    /// Who asks. Only a public route has nobody, and must not call this.
    Caller caller();

    /// Whether the key this request came with is still good, for what lasts longer than its revocation may.
    boolean isStillAdmitted();

    /// Whether the connection still stands, as far as is known here, once the body was read. For what waits long: any
    /// thread may ask.
    boolean isCallerThere();

    /// A part of the path, decoded; refused with 404 when it holds what no name of ours can.
    String path(String name);

    /// The values given for `name`, none if it is not there.
    List<String> all(String name);

    @Nullable
    String header(String name);

    /// Whether only the head of the answer is wanted.
    boolean isHead();

    /// The body as strict JSON.
    JsonNode json();

    default UUID organization() {
        return caller().organization();
    }

    /// The body as a record; unknown properties and wrong values are refused with 422, all at once.
    default <T> T body(Function<Fields, T> reader) {
        return Fields.read(json(), reader);
    }

    /// A parameter of the query; empty when it is not there. Refused when it is given twice or holds NUL.
    default Optional<String> query(String name) {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw Refusal.parameter(name, "must be given once");
        }
        if (!values.isEmpty() && values.getFirst().indexOf('\0') >= 0) {
            throw Refusal.parameter(name, "must not contain the character NUL");
        }
        return values.stream().findFirst();
    }

    default int limit(int otherwise, int max) {
        return query("limit")
                .map(text -> {
                    int limit = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
                    if (limit < 1 || limit > max) {
                        throw Refusal.parameter("limit", "must be a whole number from 1 to " + max);
                    }
                    return limit;
                })
                .orElse(otherwise);
    }

    /// One of the words a parameter may have.
    default <T> Optional<T> choice(String name, T[] choices, Function<T, String> word) {
        return query(name).map(text -> {
            for (T choice : choices) {
                if (word.apply(choice).equals(text)) {
                    return choice;
                }
            }
            throw Refusal.parameter(
                    name,
                    "must be one of "
                            + String.join(
                                    ", ", List.of(choices).stream().map(word).toList()));
        });
    }

    /// A moment, given as such or as a duration before or after `now`.
    default Optional<Instant> moment(String name, Instant now) {
        return query(name).map(text -> {
            try {
                return text.startsWith("P") || text.startsWith("-P") || text.startsWith("+P")
                        ? now.plus(Duration.parse(text))
                        : OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException | ArithmeticException e) {
                throw Refusal.parameter(
                        name, "must be a time such as 2026-01-31T12:00:00Z, or a duration before now such as -PT6H");
            }
        });
    }
}

package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.ExactJson;
import dev.mainstay.postgres.StorableText;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// What tasks carry, between Java and jsonb. Stateless and thread-safe.
public final class Payload {
    /// Of a payload or a result; more belongs into a store of its own, with its address in the payload.
    static final int LARGEST = 1 << 20;

    private static final JsonMapper MAPPER = ExactJson.builder().build();

    private Payload() {}

    /// As it is kept.
    ///
    /// @throws MainstayException `PAYLOAD_TOO_LARGE`
    public static String text(String what, Object value) {
        String text = StorableText.json(MAPPER.writeValueAsString(value));
        if (text.length() > LARGEST) {
            throw new MainstayException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    what + " has " + text.length() + " characters of JSON, at most " + LARGEST
                            + " are kept; store it elsewhere and pass its address");
        }
        return text;
    }

    static @Nullable String nullableText(String what, @Nullable Object value) {
        return value == null ? null : text(what, value);
    }

    /// To be kept by who reads many of one type.
    static ObjectReader reader(Class<?> type) {
        return MAPPER.readerFor(type);
    }

    static <P> P read(String json, Class<P> type) {
        return MAPPER.readValue(json, type);
    }
}

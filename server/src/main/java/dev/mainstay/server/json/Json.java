package dev.mainstay.server.json;

import tools.jackson.databind.json.JsonMapper;

/// Writes our JSON. Thread-safe.
public final class Json {
    public static final String MEDIA_TYPE = "application/json";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /// Records become objects in the order of their components, instants ISO-8601 text.
    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }
}

package dev.mainstay.postgres;

import java.util.Collection;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What goes into and comes out of jsonb columns. Thread-safe.
public final class Jsonb {
    private static final JsonMapper MAPPER = ExactJson.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    private Jsonb() {}

    /// Keys sorted, so that equal maps are equal text; what jsonb cannot hold is replaced.
    public static String text(Map<String, ?> value) {
        return value.isEmpty() ? "{}" : StorableText.json(MAPPER.writeValueAsString(value));
    }

    public static String list(Collection<String> values) {
        return values.isEmpty() ? "[]" : MAPPER.writeValueAsString(values);
    }

    public static String text(JsonNode value) {
        return MAPPER.writeValueAsString(value);
    }

    /// Of records, lists and maps of any depth.
    public static String any(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    public static Map<String, Object> map(String json) {
        return MAPPER.readValue(json, MAP);
    }

    public static JsonNode node(String json) {
        return MAPPER.readTree(json);
    }
}

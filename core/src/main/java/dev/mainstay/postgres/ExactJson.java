package dev.mainstay.postgres;

import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON into trees that hold each number as it was written: a decimal that passed through a
/// double would come back as another one, and jsonb keeps all its digits. Records and other types get
/// their numbers as they declare them.
///
/// Stateless and thread-safe.
public final class ExactJson {
    private ExactJson() {}

    public static JsonMapper.Builder builder() {
        return builder(new JsonFactory());
    }

    public static JsonMapper.Builder builder(JsonFactory factory) {
        return JsonMapper.builder(factory)
                .enable(JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);
    }
}

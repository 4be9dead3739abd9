package dev.mainstay.server.http;

import dev.mainstay.postgres.ExactJson;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON from strangers: UTF-8, at most 64 deep, no repeated property, nothing after the end, and nothing that
/// PostgreSQL cannot keep (NUL, half a surrogate pair, a number that is not finite). Thread-safe.
final class StrictJson {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_LENGTH = 400;
    private static final int MAX_REASON_LENGTH = 200;

    // NaN is let through the parser so that it can be refused with its path: Python writes it unasked.
    private static final JsonMapper STRICT = ExactJson.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_LENGTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    /// A body sent to us; refused with 400 when it is not JSON and with 422 when it holds what cannot be kept.
    static JsonNode parse(byte[] body) {
        JsonNode tree = tree(text(body));
        List<Problem.At> errors = new ArrayList<>();
        refuseUnkeepable(tree, "$", errors);
        if (!errors.isEmpty()) {
            throw Refusal.invalid(errors);
        }
        return tree;
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Refusal.malformed("the body is not UTF-8");
        }
    }

    private static JsonNode tree(String text) {
        JsonNode tree;
        try {
            tree = STRICT.readTree(text);
        } catch (JacksonException e) {
            var location = e.getLocation();
            String where = location == null || location.getLineNr() < 1
                    ? ""
                    : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
            throw Refusal.malformed("the body is not JSON as we take it" + where + ": " + reason(e));
        } catch (ArithmeticException | NumberFormatException e) {
            throw Refusal.malformed("the body holds a number of more digits than anybody can read");
        }
        if (tree.isMissingNode()) {
            throw Refusal.malformed("the body is empty; it must be JSON");
        }
        return tree;
    }

    private static String reason(JacksonException failure) {
        String message = failure.getOriginalMessage();
        String line = message == null ? "" : message.lines().findFirst().orElse("");
        return line.isEmpty() ? "unreadable" : line.substring(0, Math.min(line.length(), MAX_REASON_LENGTH));
    }

    private static void refuseUnkeepable(JsonNode node, String path, List<Problem.At> errors) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> property : node.properties()) {
                String inner = path + "." + property.getKey();
                refuseText(property.getKey(), path, errors);
                refuseUnkeepable(property.getValue(), inner, errors);
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                refuseUnkeepable(node.get(i), path + "[" + i + "]", errors);
            }
        } else if (node.isString()) {
            refuseText(node.stringValue(), path, errors);
        } else if (node.isFloatingPointNumber()) {
            refuseNumber(node, path, errors);
        }
    }

    // What no double can hold would be infinite to most who read it; one with more places would not be read at all.
    private static void refuseNumber(JsonNode node, String path, List<Problem.At> errors) {
        if (!node.isBigDecimal() || isInfinite(node.decimalValue())) {
            errors.add(new Problem.At(path, "must be a finite number"));
        } else if (node.decimalValue().scale() > MAX_NUMBER_LENGTH) {
            errors.add(new Problem.At(path, "must have at most " + MAX_NUMBER_LENGTH + " decimal places"));
        }
    }

    private static boolean isInfinite(BigDecimal number) {
        return Double.isInfinite(number.doubleValue());
    }

    private static void refuseText(String text, String path, List<Problem.At> errors) {
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            boolean pair = Character.isHighSurrogate(letter)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (letter == 0) {
                errors.add(new Problem.At(path, "must not contain the character NUL"));
                return;
            }
            if (Character.isSurrogate(letter) && !pair) {
                errors.add(new Problem.At(path, "must not contain half a surrogate pair"));
                return;
            }
            i += pair ? 1 : 0;
        }
    }
}

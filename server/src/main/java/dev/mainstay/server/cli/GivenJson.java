package dev.mainstay.server.cli;

import dev.mainstay.postgres.ExactJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON as a person typed it or a program piped it in. It is read as strictly as the server does, which never sees the
/// text itself: of a key that is there twice, one would be lost unseen. Stateless and thread-safe.
final class GivenJson {
    private static final int SHOWN = 80;
    private static final JsonMapper STRICT = ExactJson.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private GivenJson() {}

    /// @param what the payload, the value, …
    /// @param given JSON, or `-` for what stdin holds
    static JsonNode of(String what, String given) throws IOException {
        return read(what, given.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : given);
    }

    static JsonNode read(String what, String text) {
        try {
            var tree = STRICT.readTree(text);
            if (!tree.isMissingNode()) {
                return tree;
            }
        } catch (JacksonException e) {
            throw refused(what, text, ": " + shortened(firstLine(e.getOriginalMessage())));
        } catch (ArithmeticException | NumberFormatException e) {
            throw refused(what, text, ": it holds a number of more digits than anybody can read");
        }
        throw refused(what, text, "");
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("unreadable");
    }

    private static CommandFailure refused(String what, String text, String why) {
        var shown = text.isBlank() ? "nothing" : shortened(text.strip());
        return new CommandFailure(
                ExitCode.USAGE,
                what + " must be JSON, such as 5, true, '\"text\"' or '{\"a\": 1}'; was " + shown + why);
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "… (" + text.length() + " characters)";
    }
}

package dev.mainstay.message;

import dev.mainstay.message.Condition.Comparison;
import dev.mainstay.postgres.ExactJson;
import dev.mainstay.postgres.StorableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Which messages are wanted by their fields, all conditions together, decided where the messages are stored:
/// `body.amount >= 100 and headers.region = "eu"`. Values are JSON texts, numbers without exponent, true, false and
/// null; at most 8 conditions, 8 names deep.
///
/// Immutable and thread-safe.
public final class MessageFilter {
    public static final MessageFilter NONE = new MessageFilter("", List.of());

    private static final JsonMapper MAPPER = ExactJson.builder().build();
    private static final int MOST_CONDITIONS = 8;
    private static final int DEEPEST = 8;
    private static final int LONGEST = 2_000;
    private static final Pattern CONDITION =
            Pattern.compile("\\s*((?:body|headers)(?:\\.[A-Za-z0-9_-]{1,128})+)\\s*(!=|>=|<=|=|>|<)\\s*"
                    + "(\"(?:[^\"\\\\]|\\\\.)*+\"|-?[0-9]{1,30}(?:\\.[0-9]{1,30})?|true|false|null)\\s*(and\\b|$)");

    private final String text;
    private final List<Condition> conditions;

    private MessageFilter(String text, List<Condition> conditions) {
        this.text = text;
        this.conditions = conditions;
    }

    public static MessageFilter of(String text) {
        if (text.isBlank()) {
            return NONE;
        }
        if (text.length() > LONGEST) {
            throw refused("at most " + LONGEST + " characters", text.substring(0, 80) + "…");
        }
        List<Condition> conditions = new ArrayList<>();
        Matcher matcher = CONDITION.matcher(text);
        boolean isMore = true;
        while (isMore) {
            if (!matcher.lookingAt()) {
                throw refused("conditions such as body.amount >= 100 joined by 'and'", text);
            }
            conditions.add(condition(matcher, text));
            isMore = matcher.group(4).equals("and");
            matcher.region(matcher.end(), text.length());
        }
        if (conditions.size() > MOST_CONDITIONS) {
            throw refused("at most " + MOST_CONDITIONS + " conditions", text);
        }
        return new MessageFilter(text, List.copyOf(conditions));
    }

    private static Condition condition(Matcher matcher, String text) {
        List<String> path = List.of(matcher.group(1).split("\\."));
        if (path.size() > DEEPEST) {
            throw refused("paths of at most " + DEEPEST + " names", text);
        }
        Comparison comparison = Stream.of(Comparison.values())
                .filter(each -> each.word().equals(matcher.group(2)))
                .findFirst()
                .orElseThrow();
        try {
            return new Condition(path, comparison, MAPPER.readTree(StorableText.json(matcher.group(3))));
        } catch (JacksonException e) {
            throw refused("values of JSON", text);
        }
    }

    private static IllegalArgumentException refused(String expected, String text) {
        return new IllegalArgumentException("filter must be " + expected + ", was: " + text);
    }

    public boolean matches(Message message) {
        return isNone() || matches(message.body(), message.headers());
    }

    boolean matches(JsonNode body, Map<String, String> headers) {
        ObjectNode document = MAPPER.createObjectNode();
        document.set("body", body);
        document.set("headers", MAPPER.valueToTree(headers));
        return conditions.stream().allMatch(condition -> condition.holds(document));
    }

    public boolean isNone() {
        return conditions.isEmpty();
    }

    /// The same for PostgreSQL, over `{"body": …, "headers": …}`.
    String jsonPath() {
        return conditions.stream().map(Condition::jsonPath).collect(Collectors.joining(" && "));
    }

    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MessageFilter filter && conditions.equals(filter.conditions);
    }

    @Override
    public int hashCode() {
        return conditions.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}

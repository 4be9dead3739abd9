package dev.mainstay.server.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Holds answers against the document: the part of JSON Schema it uses. Every answer of every test passes here.
final class Schemas {
    private final OpenApi document;
    private final List<OpenApi.Operation> operations;

    Schemas(OpenApi document) {
        this.document = document;
        this.operations = document.operations();
    }

    /// What is wrong with an answer; nothing for paths the document does not have.
    List<String> problems(String method, String path, int status, String mediaType, @Nullable JsonNode body) {
        return operations.stream()
                .filter(operation -> operation.method().equals(method) && matches(operation.path(), path))
                .findFirst()
                .map(operation -> problems(operation, status, mediaType, body))
                .orElse(List.of());
    }

    private static boolean matches(String template, String path) {
        String plain = path.replaceAll("\\?.*", "");
        String regex = Arrays.stream(template.split("(?<=})|(?=\\{)"))
                .map(part -> !part.startsWith("{") ? Pattern.quote(part) : part.equals("{key}") ? ".+" : "[^/]+")
                .reduce("", String::concat);
        // A fixed path such as /api/v1/agents is no id.
        return plain.matches(regex);
    }

    private List<String> problems(OpenApi.Operation operation, int status, String mediaType, @Nullable JsonNode body) {
        Map<?, ?> responses = OpenApi.map(operation.node(), "responses");
        if (!(responses.get(Integer.toString(status)) instanceof Map<?, ?> response)) {
            return List.of(operation + " does not document " + status);
        }
        Map<?, ?> content = (Map<?, ?>) resolved(response).get("content");
        if (content == null) {
            return body == null ? List.of() : List.of(operation + " documents no content for " + status);
        }
        Map<?, ?> media = (Map<?, ?>) content.get(mediaType);
        if (media == null) {
            return List.of(operation + " does not document " + mediaType + " for " + status);
        }
        List<String> problems = new ArrayList<>();
        if (body != null) {
            check(OpenApi.map(media, "schema"), body, operation + " $", problems);
        }
        return problems;
    }

    /// What is wrong with a value by a schema of the document.
    List<String> problems(Map<?, ?> schema, JsonNode value) {
        List<String> problems = new ArrayList<>();
        check(schema, value, "$", problems);
        return problems;
    }

    private Map<?, ?> resolved(Map<?, ?> node) {
        Object reference = node.get("$ref");
        return reference == null
                ? node
                : resolved(document.at(reference.toString().substring(2).split("/")));
    }

    private void check(Map<?, ?> unresolved, JsonNode value, String path, List<String> problems) {
        Map<?, ?> schema = resolved(unresolved);
        if (schema.get("oneOf") instanceof List<?> choices) {
            boolean fits = choices.stream().anyMatch(choice -> {
                List<String> ofChoice = new ArrayList<>();
                check((Map<?, ?>) choice, value, path, ofChoice);
                return ofChoice.isEmpty();
            });
            problems.addAll(fits ? List.of() : List.of(path + " is none of its choices: " + value));
            return;
        }
        Object type = schema.get("type");
        if (type != null && types(type).noneMatch(each -> is(value, each))) {
            problems.add(path + " is not " + type + ": " + value);
            return;
        }
        if (schema.get("enum") instanceof List<?> words && !words.contains(value.asString())) {
            problems.add(path + " is none of " + words + ": " + value);
        }
        if (value.isObject()) {
            checkObject(schema, value, path, problems);
        } else if (value.isArray() && schema.get("items") instanceof Map<?, ?> items) {
            for (int i = 0; i < value.size(); i++) {
                check(items, value.get(i), path + "[" + i + "]", problems);
            }
        }
    }

    private void checkObject(Map<?, ?> schema, JsonNode value, String path, List<String> problems) {
        if (schema.get("required") instanceof List<?> required) {
            required.stream()
                    .filter(name -> !value.has(name.toString()))
                    .forEach(name -> problems.add(path + " has no " + name));
        }
        Map<?, ?> properties = schema.get("properties") instanceof Map<?, ?> known ? known : Map.of();
        value.properties().forEach(property -> {
            Object known = properties.get(property.getKey());
            Object others = schema.get("additionalProperties");
            if (known != null) {
                check((Map<?, ?>) known, property.getValue(), path + "." + property.getKey(), problems);
            } else if (Boolean.FALSE.equals(others)) {
                problems.add(path + " has " + property.getKey() + ", which is not documented");
            } else if (others instanceof Map<?, ?> other) {
                check(other, property.getValue(), path + "." + property.getKey(), problems);
            }
        });
    }

    private static Stream<String> types(Object type) {
        return type instanceof List<?> several ? several.stream().map(Object::toString) : Stream.of(type.toString());
    }

    private static boolean is(JsonNode value, String type) {
        return switch (type) {
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> Set.of().contains(type);
        };
    }
}

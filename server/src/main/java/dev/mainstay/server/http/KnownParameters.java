package dev.mainstay.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Which parameters of the query each operation takes: those the OpenAPI document lists, so that
/// neither can know of one the other does not. A parameter that would be ignored is refused, for
/// whoever gave it means something by it.
///
/// Immutable and thread-safe; read when the first query comes.
final class KnownParameters {
    private static final String DOCUMENT = "/dev/mainstay/server/openapi.yaml";

    private final Map<String, Set<String>> byOperation = new HashMap<>();

    private KnownParameters(Map<?, ?> document) {
        map(document, "paths")
                .forEach((path, operations) -> ((Map<?, ?>) operations).forEach((method, operation) -> {
                    if (operation instanceof Map<?, ?> described) {
                        byOperation.put(key(method.toString(), path.toString()), ofQuery(document, described));
                    }
                }));
    }

    private static final class Document {
        private static final KnownParameters READ = new KnownParameters(read());
    }

    private static Map<?, ?> read() {
        try (InputStream yaml = KnownParameters.class.getResourceAsStream(DOCUMENT)) {
            return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.yaml cannot be read", e);
        }
    }

    private static Set<String> ofQuery(Map<?, ?> document, Map<?, ?> operation) {
        Set<String> names = new TreeSet<>();
        for (Object each : operation.get("parameters") instanceof List<?> listed ? listed : List.of()) {
            Map<?, ?> parameter = resolved(document, (Map<?, ?>) each);
            if ("query".equals(parameter.get("in"))) {
                names.add(String.valueOf(parameter.get("name")));
            }
        }
        return names;
    }

    private static Map<?, ?> resolved(Map<?, ?> document, Map<?, ?> parameter) {
        String reference = (String) parameter.get("$ref");
        return reference == null
                ? parameter
                : map(
                        map(map(document, "components"), "parameters"),
                        reference.substring(reference.lastIndexOf('/') + 1));
    }

    private static Map<?, ?> map(Map<?, ?> node, String key) {
        if (node.get(key) instanceof Map<?, ?> inner) {
            return inner;
        }
        throw new IllegalStateException("openapi.yaml has no " + key);
    }

    private static String key(String method, String path) {
        return method.toUpperCase(Locale.ROOT) + " " + path;
    }

    /// Refuses the first that the operation does not take; screens and what is not in the document take any.
    static void refuseOthers(Route route, Collection<String> given) {
        Set<String> known = given.isEmpty() ? null : Document.READ.of(route);
        if (known == null) {
            return;
        }
        given.stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw Refusal.parameter(
                            name,
                            "is not known here; "
                                    + (known.isEmpty() ? "there are none" : "known are " + String.join(", ", known)));
                });
    }

    private @Nullable Set<String> of(Route route) {
        return route.path().startsWith("/api/")
                ? byOperation.get(key(route.method().name(), route.documentedPath()))
                : null;
    }
}

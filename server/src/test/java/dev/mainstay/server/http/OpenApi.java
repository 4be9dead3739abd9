package dev.mainstay.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The document, as far as tests read it.
final class OpenApi {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch", "head", "options");
    private final Map<?, ?> root;

    /// One operation.
    record Operation(String method, String path, String role, Map<?, ?> node) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    OpenApi() {
        try (InputStream yaml = OpenApi.class.getResourceAsStream("/dev/mainstay/server/openapi.yaml")) {
            root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        map(root, "paths")
                .forEach((path, item) -> ((Map<?, ?>) item).forEach((method, operation) -> {
                    if (METHODS.contains(method.toString())) {
                        Map<?, ?> node = (Map<?, ?>) operation;
                        operations.add(new Operation(
                                method.toString().toUpperCase(Locale.ROOT),
                                path.toString(),
                                String.valueOf(node.get("x-mainstay-role")),
                                node));
                    }
                }));
        return operations;
    }

    /// A part of the document by its keys.
    Map<?, ?> at(String... keys) {
        Map<?, ?> node = root;
        for (String key : keys) {
            node = map(node, key);
        }
        return node;
    }

    static Map<?, ?> map(Map<?, ?> node, String key) {
        return (Map<?, ?>) Objects.requireNonNull(node.get(key), key);
    }
}

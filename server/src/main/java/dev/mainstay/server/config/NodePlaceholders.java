package dev.mainstay.server.config;

import dev.mainstay.config.Placeholders;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/// The placeholders that agents declared in `mainstay.yml` may use for the node that runs them. Stateless and
/// thread-safe.
public final class NodePlaceholders {
    private NodePlaceholders() {}

    /// Those of one node.
    ///
    /// @param address where the node answers, as a program on its machine would call it
    /// @param data the folder in which the node keeps its own
    public static Placeholders of(String name, URI address, Path data) {
        return new Placeholders(Map.of(
                "node.name", name,
                "node.address", address.toString(),
                "node.host", address.getHost().replaceAll("[\\[\\]]", ""),
                "node.port", Integer.toString(address.getPort()),
                "node.data", data.toString()));
    }

    /// Of a node that may be: settings are checked before the one that starts has a port.
    public static Placeholders possible() {
        return of("node", URI.create("http://127.0.0.1:7070"), Path.of(".mainstay"));
    }
}

package dev.mainstay.server;

import dev.mainstay.postgres.embedded.DataFolder;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;

/// What a node is called when nobody gave it a name: the same at every start on the same machine and data folder.
/// Stateless and thread-safe.
final class NodeName {
    private static final int HOST_LENGTH = 40;

    private NodeName() {}

    /// `myhost-3f9a`: two data folders on one machine are two nodes.
    static String of(Path dataFolder) {
        var place = dataFolder.toAbsolutePath().normalize().toString();
        var digest =
                UUID.nameUUIDFromBytes(place.getBytes(StandardCharsets.UTF_8)).toString();
        return host() + "-" + digest.substring(0, 4);
    }

    /// The first of `myhost-3f9a-2`, `-3`, … that no living process carries.
    static String joining(Path dataFolder) {
        var first = of(dataFolder);
        for (var number = 2; ; number++) {
            var name = first + "-" + number;
            if (DataFolder.holder(folder(dataFolder, name)).isEmpty()) {
                return name;
            }
        }
    }

    /// Where a joined node keeps what is its own.
    static Path folder(Path dataFolder, String name) {
        return dataFolder.resolve("nodes").resolve(name);
    }

    static String host() {
        try {
            var name = InetAddress.getLocalHost()
                    .getHostName()
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9.-]", "-");
            var trimmed = name.replaceAll("^[^a-z0-9]+", "");
            return trimmed.isEmpty() ? "node" : trimmed.substring(0, Math.min(HOST_LENGTH, trimmed.length()));
        } catch (UnknownHostException e) {
            return "node";
        }
    }
}

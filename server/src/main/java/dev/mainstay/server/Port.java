package dev.mainstay.server;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.OptionalInt;

/// Finds the port to answer on before anything else is started, since others are told of it. Stateless and thread-safe.
final class Port {
    private static final int TRIES = 100;

    private Port() {}

    /// The wanted port, or where it need not be that one the first free one after it; 0 gives any free one.
    static int choose(String host, int wanted, boolean fixed) {
        var last = fixed || wanted == 0 ? wanted : Math.min(wanted + TRIES, 65_535);
        for (var port = wanted; port <= last; port++) {
            var free = free(host, port);
            if (free.isPresent()) {
                return free.getAsInt();
            }
        }
        throw new MainstayException(
                ErrorCode.PORT_IN_USE,
                "port " + wanted + " on " + host + " is in use; choose another with --port or server.port, or stop"
                        + " what listens there (`mainstay down` if it is a Mainstay)");
    }

    private static OptionalInt free(String host, int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return OptionalInt.of(socket.getLocalPort());
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }
}

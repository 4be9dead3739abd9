package dev.mainstay.server;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;

/// Takes the port to answer on before anything else is started: a port in use is told at once, others can be told where
/// this node answers, and whoever calls early (an agent that checks this very Mainstay) waits instead of being refused.
/// Stateless and thread-safe.
final class Entrance {
    private static final int TRIES = 100;
    private static final int BACKLOG = 256;

    private Entrance() {}

    /// Listens on the wanted port, or where it need not be that one on the first free one after it; 0 takes any.
    static ServerSocketChannel open(String host, int wanted, boolean fixed) {
        var last = fixed || wanted == 0 ? wanted : Math.min(wanted + TRIES, 65_535);
        for (var port = wanted; port <= last; port++) {
            var opened = listen(host, port);
            if (opened.isPresent()) {
                return opened.get();
            }
        }
        throw new MainstayException(
                ErrorCode.PORT_IN_USE,
                "port " + wanted + " on " + host + " is in use; choose another with --port or server.port, or stop"
                        + " what listens there (`mainstay down` if it is a Mainstay)");
    }

    private static Optional<ServerSocketChannel> listen(String host, int port) {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new MainstayException(
                    ErrorCode.CONFIG_INVALID, "server.host must be an address of this machine, was '" + host + "'");
        }
        try {
            var channel = ServerSocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                return Optional.of(channel.bind(address, BACKLOG));
            } catch (IOException e) {
                channel.close();
                return Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

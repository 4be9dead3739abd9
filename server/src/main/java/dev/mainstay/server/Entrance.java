package dev.mainstay.server;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

/// Takes the port to answer on before anything else is started: a port in use is told at once, others can be told where
/// this node answers, and whoever calls early (an agent that checks this very Mainstay) waits instead of being refused.
/// Stateless and thread-safe.
final class Entrance {
    private static final int TRIES = 100;
    private static final int BACKLOG = 256;
    private static final int HIGHEST_PORT = 65_535;

    private Entrance() {}

    /// Listens on the wanted port, or where it need not be that one on the first free one after it; 0 takes any.
    static ServerSocketChannel open(String host, int wanted, boolean fixed) {
        var last = fixed || wanted == 0 ? wanted : Math.min(wanted + TRIES, HIGHEST_PORT);
        for (var port = wanted; ; port++) {
            try {
                return listen(host, port);
            } catch (IOException e) {
                if (port >= last) {
                    throw refused(host, wanted, e);
                }
            }
        }
    }

    private static ServerSocketChannel listen(String host, int port) throws IOException {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new MainstayException(ErrorCode.CONFIG_INVALID, hostRefused(host));
        }
        var channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return channel.bind(address, BACKLOG);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static String hostRefused(String host) {
        return "server.host must be an address of this machine, was '" + host + "'";
    }

    /// The operating system has one kind of failure for all of these, and tells them apart in words.
    private static MainstayException refused(String host, int port, IOException failure) {
        var words = String.valueOf(failure.getMessage());
        if (words.contains("assign requested address")) {
            return new MainstayException(ErrorCode.CONFIG_INVALID, hostRefused(host), failure);
        }
        var place = "port " + port + " on " + host;
        if (words.contains("ermission denied")) {
            var advice = " may not be taken by this user; choose one from 1024 on with --port or server.port";
            return new MainstayException(ErrorCode.PORT_UNAVAILABLE, place + advice, failure);
        }
        var advice = " is in use by another program, or by a Mainstay with another data folder; choose another with"
                + " --port or server.port";
        return new MainstayException(ErrorCode.PORT_IN_USE, place + advice, failure);
    }
}

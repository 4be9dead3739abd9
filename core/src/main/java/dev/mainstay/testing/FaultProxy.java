package dev.mainstay.testing;

import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A TCP proxy on this machine that fails on command, to see what a program does when the network between it and its
/// database does. One fault at a time, for all connections, those to come too, until [#heal].
///
/// ```java
/// try (var proxy = FaultProxy.to("127.0.0.1", 5432)) {
///     var node = start("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/postgres");
///     proxy.blackHole();
///     …
///     proxy.heal();
/// }
/// ```
///
/// Thread-safe.
public final class FaultProxy implements AutoCloseable {
    private static final int PIECE_BYTES = 16 * 1024;
    private static final Fault NONE = new Fault(Kind.NONE, null, Duration.ZERO, PIECE_BYTES);

    private final String targetHost;
    private final int targetPort;
    private final ServerSocket entrance;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Fault fault = NONE;

    /// An end of the connections.
    public enum Side {
        CLIENTS,
        SERVER
    }

    private enum Kind {
        NONE,
        SLOW,
        SLICED,
        BLACK_HOLE,
        HALF_CLOSED,
        RESET,
        /// The proxy is closed.
        OVER
    }

    /// @param side the one that is told of an end; of [Kind#HALF_CLOSED] only
    /// @param slice how many bytes are passed on at once
    private record Fault(Kind kind, @Nullable Side side, Duration delay, int slice) {
        Fault(Kind kind, @Nullable Side side, Duration delay) {
            this(kind, side, delay, PIECE_BYTES);
        }
    }

    private FaultProxy(String targetHost, int targetPort, ServerSocket entrance) {
        this.targetHost = targetHost;
        this.targetPort = targetPort;
        this.entrance = entrance;
        Threads.startVirtual("fault-proxy", this::accept);
    }

    /// Listens on a free port of the loopback and passes on what comes to `host:port`.
    public static FaultProxy to(String host, int port) {
        try {
            return new FaultProxy(host, port, new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
        } catch (IOException e) {
            throw new UncheckedIOException("no port for a proxy to " + host + ":" + port, e);
        }
    }

    public String host() {
        return entrance.getInetAddress().getHostAddress();
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /// Nothing gets through any more, and nobody is told: a cable that was pulled. After [#heal] what
    /// was sent meanwhile arrives, as TCP would send it again.
    public void blackHole() {
        become(new Fault(Kind.BLACK_HOLE, null, Duration.ZERO));
    }

    /// Every connection is reset, at both ends, and so is each new one.
    public void reset() {
        become(new Fault(Kind.RESET, null, Duration.ZERO));
        links.forEach(Link::reset);
    }

    /// `side` sees every connection end, as after a firewall has forgotten them; the other side is told
    /// nothing, and what it sends is lost.
    public void halfClose(Side side) {
        become(new Fault(Kind.HALF_CLOSED, side, Duration.ZERO));
        links.forEach(link -> link.end(side));
    }

    /// Every piece of at most 16 KiB takes `delay` longer, one after the other, in each direction.
    public void slow(Duration delay) {
        become(new Fault(Kind.SLOW, null, delay));
    }

    /// Everything arrives `bytes` at a time, each in a packet of its own, so that nothing that belongs
    /// together comes together.
    public void slice(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes must be at least 1, was " + bytes);
        }
        become(new Fault(Kind.SLICED, null, Duration.ZERO, bytes));
    }

    /// Everything gets through again. Connections that a fault ended stay ended.
    public void heal() {
        become(NONE);
    }

    /// How many connections are open at the moment.
    public int connections() {
        return links.size();
    }

    private void become(Fault next) {
        lock.lock();
        try {
            if (fault.kind() != Kind.OVER) {
                fault = next;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Fault fault() {
        lock.lock();
        try {
            return fault;
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Link link = new Link(entrance.accept());
                links.add(link);
                Threads.startVirtual("fault-proxy-link", link::open);
            } catch (IOException e) {
                return; // the entrance was closed
            }
        }
    }

    /// Waits where a piece, or an end, has to wait; false when it does not arrive at all.
    private boolean passes(Side towards, boolean isEnd) throws InterruptedException {
        awaitWay(isEnd);
        Fault now = fault();
        if (now.kind() == Kind.SLOW) {
            Threads.pause(now.delay());
        }
        return now.kind() != Kind.HALF_CLOSED || now.side() != towards;
    }

    private void awaitWay(boolean isEnd) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (fault.kind() == Kind.BLACK_HOLE || (isEnd && fault.kind() == Kind.HALF_CLOSED)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        become(new Fault(Kind.OVER, null, Duration.ZERO));
        quietly(entrance);
        links.forEach(Link::close);
    }

    private static void quietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is gone, which is all that was wanted.
        }
    }

    /// One connection: a socket to each side, and a thread for each direction.
    private final class Link {
        private final Socket client;
        private final Socket server = new Socket();
        private final AtomicInteger directions = new AtomicInteger(2);

        Link(Socket client) {
            this.client = client;
        }

        void open() {
            try {
                server.connect(new InetSocketAddress(targetHost, targetPort));
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
            } catch (IOException e) {
                close();
                return;
            }
            fail(fault());
            Threads.startVirtual("fault-proxy-up", () -> pump(client, server, Side.SERVER));
            Threads.startVirtual("fault-proxy-down", () -> pump(server, client, Side.CLIENTS));
        }

        private void fail(Fault now) {
            if (now.kind() == Kind.RESET) {
                reset();
            } else if (now.side() != null) {
                end(now.side());
            }
        }

        private void pump(Socket from, Socket to, Side towards) {
            try {
                passOn(from, to, towards);
                if (passes(towards, true)) {
                    end(towards);
                }
            } catch (IOException e) {
                close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
            }
            if (directions.decrementAndGet() == 0) {
                close();
            }
        }

        private void passOn(Socket from, Socket to, Side towards) throws IOException, InterruptedException {
            byte[] piece = new byte[PIECE_BYTES];
            for (int read = read(from, piece); read >= 0; read = read(from, piece)) {
                if (passes(towards, false)) {
                    write(to, piece, read);
                }
            }
        }

        private void write(Socket to, byte[] piece, int length) throws IOException {
            int slice = fault().slice();
            for (int from = 0; from < length; from += slice) {
                to.getOutputStream().write(piece, from, Math.min(slice, length - from));
            }
        }

        /// A sender that was reset has ended as one that said so has.
        private static int read(Socket from, byte[] piece) {
            try {
                return from.getInputStream().read(piece);
            } catch (IOException e) {
                return -1;
            }
        }

        void end(Side side) {
            try {
                (side == Side.SERVER ? server : client).shutdownOutput();
            } catch (IOException e) {
                close();
            }
        }

        void reset() {
            try {
                client.setSoLinger(true, 0);
                server.setSoLinger(true, 0);
            } catch (IOException e) {
                // It is closed already.
            }
            close();
        }

        void close() {
            quietly(client);
            quietly(server);
            links.remove(this);
        }
    }
}

package dev.mainstay.bench.chaos;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A way to PostgreSQL that understands its protocol, and ends a connection exactly before a statement arrives, or
/// after it was done and before its answer is passed on, as a [FailPointTally] says. Thread-safe.
///
/// The client must send each statement as text (`prepareThreshold=0`) and without encryption (`sslmode=disable`).
final class FailPointProxy implements AutoCloseable {
    /// So long it lets everything pass after a strike, so that work goes on.
    private static final Duration REST = Duration.ofMillis(100);

    private final String host;
    private final int port;
    private final ServerSocket entrance;
    private final FailPointTally tally;
    private final MonotonicClock clock = MonotonicClock.system();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private volatile long restedAt = clock.nanos();

    FailPointProxy(String host, int port, FailPointTally tally) {
        this.host = host;
        this.port = port;
        this.tally = tally;
        try {
            this.entrance = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("no port for a proxy to " + host + ":" + port, e);
        }
        Threads.startVirtual("fail-point-proxy", this::accept);
    }

    String host() {
        return entrance.getInetAddress().getHostAddress();
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Link link = new Link(entrance.accept(), new Socket(host, port));
                links.add(link);
                Threads.startVirtual("fail-point-up", () -> link.guarded(link::up));
                Threads.startVirtual("fail-point-down", () -> link.guarded(link::down));
            } catch (IOException e) {
                // The entrance is closed, or the server is away: the next one may get through.
            }
        }
    }

    @Override
    public void close() {
        try {
            entrance.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        links.forEach(Link::end);
    }

    @FunctionalInterface
    private interface Pump {
        void run() throws IOException;
    }

    /// One connection. Each direction is pumped by a thread of its own.
    private final class Link {
        private final Socket client;
        private final Socket server;
        private final StatementText text = new StatementText();
        private final AtomicReference<@Nullable FailPoint> unheard = new AtomicReference<>();

        Link(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        private void guarded(Pump pump) {
            try {
                pump.run();
            } catch (IOException e) {
                // One end is gone; so is the other then.
            }
            end();
        }

        private void up() throws IOException {
            var from = new DataInputStream(client.getInputStream());
            var to = new BufferedOutputStream(server.getOutputStream(), 1 << 16);
            Message.startup(from).writeTo(to);
            to.flush();
            while (true) {
                Message message = Message.read(from);
                text.add(message);
                message.writeTo(to);
                if (message.endsStatement() && !mayPass()) {
                    return; // what was buffered is lost with the connection
                }
                if (message.endsStatement() || from.available() == 0) {
                    flushWhole(message, to);
                }
            }
        }

        /// Parts of a statement wait until it is whole, so that it arrives whole or not at all.
        private void flushWhole(Message message, OutputStream to) throws IOException {
            if (!message.isPartOfStatement()) {
                to.flush();
            }
        }

        private boolean mayPass() {
            String statement = text.take();
            FailPoint point = tally.next(statement, text.hasCommitted(), clock.nanos() >= restedAt);
            if (point == null) {
                return true;
            }
            restedAt = clock.nanos() + REST.toNanos();
            if (point.moment() == FailPoint.Moment.UNHEARD) {
                unheard.set(point);
                return true;
            }
            return false;
        }

        private void down() throws IOException {
            var from = new DataInputStream(server.getInputStream());
            var to = new BufferedOutputStream(client.getOutputStream(), 1 << 16);
            while (true) {
                Message message = Message.read(from);
                if (unheard.get() == null) {
                    message.writeTo(to);
                    if (from.available() == 0) {
                        to.flush();
                    }
                } else if (message.isReady()) {
                    unheard.set(null);
                    throw new EOFException("struck");
                }
            }
        }

        void end() {
            links.remove(this);
            FailPoint missed = unheard.getAndSet(null);
            if (missed != null) {
                tally.missed(missed);
            }
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // It is gone, which is all that was wanted.
                }
            }
        }
    }
}

package dev.mainstay.server.http;

import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Stands between a program and its database and can be shut, as if the database were gone. Thread-safe.
final class DatabaseGate implements AutoCloseable {
    private final ServerSocket entrance;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean shut;

    DatabaseGate(int target) {
        this.target = target;
        try {
            entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Threads.startVirtual("gate", this::admit);
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void admit() {
        while (!entrance.isClosed()) {
            try {
                Socket inside = entrance.accept();
                if (shut) {
                    inside.close();
                } else {
                    Socket outside = new Socket(InetAddress.getLoopbackAddress(), target);
                    open.add(inside);
                    open.add(outside);
                    Threads.startVirtual("gate-in", () -> forward(inside, outside));
                    Threads.startVirtual("gate-out", () -> forward(outside, inside));
                }
            } catch (IOException e) {
                // Closed, or the database refused; whoever came in sees the end.
            }
        }
    }

    private static void forward(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One of the two ended; closing both ends tells the other.
        }
    }

    /// Cuts every connection and lets none through any more.
    void shut() {
        shut = true;
        open.forEach(DatabaseGate::closeQuietly);
        open.clear();
    }

    void reopen() {
        shut = false;
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        shut();
        try {
            entrance.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

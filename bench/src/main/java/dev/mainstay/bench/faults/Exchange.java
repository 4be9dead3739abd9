package dev.mainstay.bench.faults;

import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;

/// What agents are connected to: gives back every byte it is sent, and hangs up when it is sent [#HANG_UP].
/// Thread-safe.
final class Exchange implements AutoCloseable {
    static final int HANG_UP = 'X';

    private final ServerSocket entrance;
    private final ExecutorService lines = Threads.virtualExecutor("exchange-");

    Exchange() throws IOException {
        this.entrance = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        lines.execute(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket line = entrance.accept();
                lines.execute(() -> serve(line));
            } catch (IOException e) {
                // Closed: there is nobody to serve any more.
            }
        }
    }

    private static void serve(Socket line) {
        try (line) {
            int read = line.getInputStream().read();
            while (read >= 0 && read != HANG_UP) {
                line.getOutputStream().write(read);
                read = line.getInputStream().read();
            }
        } catch (IOException e) {
            // The agent is gone.
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        lines.shutdownNow();
    }
}

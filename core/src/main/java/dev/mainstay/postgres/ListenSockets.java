package dev.mainstay.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.SocketFactory;

/// Sockets for the connection that listens. After each notification the driver looks for a further one by reading with
/// a timeout of a millisecond, the shortest there is, so that every notification is told a millisecond late. On these
/// sockets such a read ends at once when nothing has arrived.
///
/// The driver creates it by its name. Stateless and thread-safe.
public final class ListenSockets extends SocketFactory {
    /// For the driver alone.
    public ListenSockets() {}

    @Override
    public Socket createSocket() {
        return new ListenSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw unconnectedOnly();
    }

    private static IOException unconnectedOnly() {
        return new IOException("these sockets are connected by the driver");
    }

    private static final class ListenSocket extends Socket {
        @Override
        public InputStream getInputStream() throws IOException {
            return new ArrivedInputStream(super.getInputStream());
        }

        private final class ArrivedInputStream extends FilterInputStream {
            ArrivedInputStream(InputStream in) {
                super(in);
            }

            @Override
            public int read() throws IOException {
                awaitNothing();
                return super.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                awaitNothing();
                return super.read(bytes, offset, length);
            }

            private void awaitNothing() throws IOException {
                if (getSoTimeout() == 1 && in.available() == 0) {
                    throw new SocketTimeoutException("nothing has arrived");
                }
            }
        }
    }
}

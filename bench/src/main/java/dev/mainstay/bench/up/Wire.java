package dev.mainstay.bench.up;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// One kept connection to a server on this machine, one request after the other. It understands only as much HTTP as
/// it takes to know where an answer ends, so that measuring costs little next to what is measured. Used by one thread.
public final class Wire implements AutoCloseable {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int READ_MILLIS = 60_000;
    private static final String LENGTH = "\r\ncontent-length:";
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    private final Socket socket = new Socket();
    private final InputStream input;
    private byte[] buffer = new byte[1 << 16];
    private int filled;

    public Wire(int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_MILLIS);
        this.input = socket.getInputStream();
    }

    /// The status and the size of an answer.
    public record Answered(int status, int bytes) {}

    /// Sends the request and reads its whole answer.
    public Answered exchange(Request request) throws IOException {
        send(request);
        int head = readHead();
        String headers = new String(buffer, 0, head, StandardCharsets.US_ASCII);
        int body = bodyLength(headers);
        while (filled < head + body) {
            fill();
        }
        int rest = filled - head - body;
        System.arraycopy(buffer, head + body, buffer, 0, rest);
        filled = rest;
        return new Answered(status(headers), body);
    }

    /// Sends the request alone; [#skipSome] reads what comes, for an answer that does not end.
    public void send(Request request) throws IOException {
        socket.getOutputStream().write(request.bytes());
    }

    /// Waits for more of an answer, forgets it, and tells how much it was; -1 when the server closed.
    public int skipSome() throws IOException {
        return input.read(buffer);
    }

    private int readHead() throws IOException {
        int from = 0;
        while (true) {
            for (int i = from; i <= filled - END_OF_HEAD.length; i++) {
                if (isEndOfHead(i)) {
                    return i + END_OF_HEAD.length;
                }
            }
            from = Math.max(0, filled - END_OF_HEAD.length + 1);
            fill();
        }
    }

    private boolean isEndOfHead(int at) {
        for (int i = 0; i < END_OF_HEAD.length; i++) {
            if (buffer[at + i] != END_OF_HEAD[i]) {
                return false;
            }
        }
        return true;
    }

    private void fill() throws IOException {
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int read = input.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
            throw new EOFException("the server closed the connection in the middle of an answer");
        }
        filled += read;
    }

    private static int status(String headers) {
        return Integer.parseInt(headers, headers.indexOf(' ') + 1, headers.indexOf(' ') + 4, 10);
    }

    private static int bodyLength(String headers) throws IOException {
        int at = headers.toLowerCase(Locale.ROOT).indexOf(LENGTH);
        if (at < 0) {
            throw new IOException("an answer without Content-Length:\n" + headers);
        }
        int from = at + LENGTH.length();
        return Integer.parseInt(
                headers.substring(from, headers.indexOf('\r', from)).strip());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

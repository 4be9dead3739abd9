package dev.mainstay.alert.notify;

import dev.mainstay.concurrent.Bounded;
import dev.mainstay.config.Durations;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Posts to one web address, over a connection of its own each time.
///
/// The JDK's client looks a host up by itself, out of reach of any check, and so the few lines of HTTP that are needed
/// stand here: the addresses are looked up once, all checked, and one of them connected to. No redirect is followed, no
/// proxy used, and neither a server that hangs nor one that never stops answering costs more than the bound.
/// Thread-safe.
final class HttpPost {
    private final HttpTarget target;
    private final SSLSocketFactory tls;

    HttpPost(HttpTarget target) {
        this(target, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    HttpPost(HttpTarget target, SSLSocketFactory tls) {
        this.target = target;
        this.tls = tls;
    }

    /// What was answered, if it says that the body was taken.
    ///
    /// @throws IOException with what was answered instead, or why nothing was
    HttpReply send(Map<String, String> headers, String body) throws Exception {
        headers.forEach(HttpPost::requireOneLine);
        HttpExchange exchange = new HttpExchange();
        try {
            Bounded.call("post to " + target.where(), target.timeout(), () -> exchange(exchange, headers, body));
        } catch (TimeoutException e) {
            if (!exchange.hasStatus()) {
                throw failure("did not answer within " + Durations.format(target.timeout()), e);
            }
        } catch (UnknownHostException e) {
            throw failure("has no known address", e);
        } catch (IOException e) {
            if (!exchange.hasStatus()) {
                throw failure("failed: " + e.getMessage(), e);
            }
        }
        HttpReply reply = exchange.reply();
        if (!reply.isTaken()) {
            throw new IOException(target.where() + " " + reply.words());
        }
        return reply;
    }

    private static void requireOneLine(String name, String value) {
        if ((name + value).chars().anyMatch(letter -> letter < ' ')) {
            throw new IllegalArgumentException("header " + name + " must be one line");
        }
    }

    private IOException failure(String words, Exception cause) {
        return new IOException(target.where() + " " + words, cause);
    }

    private boolean exchange(HttpExchange exchange, Map<String, String> headers, String body) throws IOException {
        try (Socket socket = connected()) {
            OutputStream out = socket.getOutputStream();
            out.write(request(headers, body.getBytes(StandardCharsets.UTF_8)));
            out.flush();
            InputStream in = new BufferedInputStream(socket.getInputStream());
            exchange.read(in);
            return true;
        }
    }

    private Socket connected() throws IOException {
        IOException last = new IOException("no address");
        for (InetAddress address : Destinations.of(target.host(), target.allowPrivate())) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, target.port()), (int)
                        target.timeout().toMillis());
                return target.isSecure() ? secured(socket) : socket;
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last;
    }

    /// The certificate is checked against the name, as browsers do.
    private Socket secured(Socket socket) throws IOException {
        SSLSocket secured = (SSLSocket) tls.createSocket(socket, target.host(), target.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private byte[] request(Map<String, String> headers, byte[] body) {
        StringBuilder head = new StringBuilder("POST ").append(target.path()).append(" HTTP/1.1\r\n");
        head.append("Host: ").append(target.url().getRawAuthority()).append("\r\n");
        head.append("User-Agent: Mainstay\r\nConnection: close\r\n");
        head.append("Content-Type: application/json; charset=utf-8\r\n");
        head.append("Content-Length: ").append(body.length).append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        byte[] begin = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[begin.length + body.length];
        System.arraycopy(begin, 0, whole, 0, begin.length);
        System.arraycopy(body, 0, whole, begin.length, body.length);
        return whole;
    }
}

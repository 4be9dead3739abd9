package dev.mainstay.alert.notify;

import dev.mainstay.concurrent.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A web server of a few lines that answers, or misbehaves, as a test says. Thread-safe.
final class LocalReceiver implements AutoCloseable {
    /// What is written when a request has come.
    interface Answer {
        void write(OutputStream out) throws Exception;
    }

    record Request(String line, Map<String, String> headers, String body) {}

    private final ServerSocket socket;
    private final Answer answer;
    final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();

    private LocalReceiver(Answer answer, ServerSocket socket) {
        this.socket = socket;
        this.answer = answer;
        Threads.startVirtual("receiver", this::accept);
    }

    static LocalReceiver answering(Answer answer) throws IOException {
        return on(answer, new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")));
    }

    static LocalReceiver on(Answer answer, ServerSocket socket) {
        return new LocalReceiver(answer, socket);
    }

    static LocalReceiver saying(String status, String body) throws IOException {
        return answering(out -> out.write(("HTTP/1.1 " + status + "\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8)));
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/hook?token=geheim");
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                Threads.startVirtual("received", () -> serve(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
            String line = in.readLine();
            Map<String, String> headers = new TreeMap<>();
            for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
                String[] parts = header.split(": ", 2);
                headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
            }
            int length = Integer.parseInt(headers.get("content-length"));
            StringBuilder body = new StringBuilder();
            while (body.toString().getBytes(StandardCharsets.UTF_8).length < length) {
                body.append((char) in.read());
            }
            requests.add(new Request(line, headers, body.toString()));
            answer.write(connection.getOutputStream());
        } catch (Exception e) {
            // the other side went away
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

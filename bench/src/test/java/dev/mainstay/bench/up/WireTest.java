package dev.mainstay.bench.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Against a server that answers with given bytes, however they are cut into packets.
class WireTest {
    private static final Request ANY = Request.get("/", "");
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private Wire answering(String... pieces) throws IOException {
        Threads.startVirtual("answering", () -> {
            try (var caller = server.accept()) {
                caller.setTcpNoDelay(true);
                for (String piece : pieces) {
                    caller.getOutputStream().write(piece.getBytes(StandardCharsets.US_ASCII));
                    caller.getOutputStream().flush();
                }
                caller.shutdownOutput();
                caller.getInputStream().transferTo(OutputStream.nullOutputStream()); // until the other end closes
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        return new Wire(server.getLocalPort());
    }

    @Test
    void answers_are_told_apart_however_they_arrive() throws IOException {
        try (var wire = answering(
                "HTTP/1.1 200 OK\r\nContent-Le",
                "ngth: 5\r\n\r",
                "\nhel",
                "loHTTP/1.1 404 Not Found\r\ncontent-length:0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab")) {
            assertThat(wire.exchange(ANY)).isEqualTo(new Wire.Answered(200, 5));
            assertThat(wire.exchange(ANY)).isEqualTo(new Wire.Answered(404, 0));
            assertThat(wire.exchange(ANY)).isEqualTo(new Wire.Answered(200, 2));
        }
    }

    @Test
    void an_answer_larger_than_the_buffer_is_read_whole() throws IOException {
        String body = "x".repeat(200_000);
        try (var wire = answering("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body)) {
            assertThat(wire.exchange(ANY)).isEqualTo(new Wire.Answered(200, 200_000));
        }
    }

    @Test
    void an_answer_that_breaks_off_is_a_failure_and_no_fast_answer() throws IOException {
        try (var wire = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")) {
            assertThatThrownBy(() -> wire.exchange(ANY)).isInstanceOf(IOException.class);
        }
    }
}

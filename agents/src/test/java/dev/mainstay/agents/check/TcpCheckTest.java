package dev.mainstay.agents.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A tcp-check against ports that answer, stay silent, hang up and are closed.
class TcpCheckTest {
    private final ServerSocket server;
    private final CountDownLatch end = new CountDownLatch(1);

    TcpCheckTest() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        end.countDown();
        server.close();
    }

    /// What the server does with the one connection of the test.
    private interface Behaviour {
        void with(Socket socket) throws IOException, InterruptedException;
    }

    private void behave(Behaviour behaviour) {
        Threads.startVirtual("server", () -> {
            try (Socket socket = server.accept()) {
                behaviour.with(socket);
            } catch (IOException e) {
                assertThat(server.isClosed()).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private String error(Map<String, ?> more) throws Exception {
        Map<String, Object> settings = new LinkedHashMap<>(more);
        settings.put("host", "localhost");
        settings.put("port", server.getLocalPort());
        settings.putIfAbsent("timeout", "300ms");
        try (Checked<TcpCheckSettings> checked = Checked.of(new TcpCheckKind(), settings)) {
            return checked.error();
        }
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_port_that_accepts_is_up() throws Exception {
        behave(socket -> end.await());
        assertThat(error(Map.of())).isEmpty();
    }

    @Test
    void a_closed_port_cannot_be_reached() throws Exception {
        server.close();
        assertThat(error(Map.of())).contains("localhost:" + server.getLocalPort() + " cannot be reached");
    }

    @Test
    void a_text_is_sent_and_the_answer_may_come_in_pieces() throws Exception {
        behave(socket -> {
            String asked = new String(socket.getInputStream().readNBytes(6), StandardCharsets.UTF_8);
            say(socket, "+PO");
            say(socket, "NG to " + asked);
            end.await();
        });
        assertThat(error(Map.of("send", "PING\r\n", "expect", "+PONG to PING", "timeout", "10s")))
                .isEmpty();
    }

    @Test
    void a_silent_server_is_given_up() throws Exception {
        behave(socket -> {
            say(socket, "wait");
            end.await();
        });
        assertThat(error(Map.of("expect", "ready"))).contains("did not say 'ready' within 300ms, only 'wait'");
    }

    @Test
    void a_server_that_hangs_up_is_told() throws Exception {
        behave(socket -> say(socket, "busy\r\n"));
        assertThat(error(Map.of("expect", "ready", "timeout", "10s"))).contains("ended without 'ready', after 'busy'");
    }

    @Test
    void an_unknown_name_has_no_address() throws Exception {
        try (Checked<TcpCheckSettings> checked =
                Checked.of(new TcpCheckKind(), Map.of("host", "nowhere.invalid", "port", 1))) {
            assertThat(checked.error()).contains("nowhere.invalid is not known");
        }
    }
}

package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class ListenSocketsTest {
    private static final byte ARRIVED = 65;

    @Test
    void a_look_for_more_ends_at_once_and_what_has_arrived_is_read() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket listening = new ListenSockets().createSocket()) {
            listening.connect(server.getLocalSocketAddress());
            try (Socket sending = server.accept()) {
                listening.setSoTimeout(1);
                assertThatThrownBy(() -> listening.getInputStream().read(new byte[8]))
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessage("nothing has arrived");

                sending.getOutputStream().write(new byte[] {ARRIVED, ARRIVED, ARRIVED});

                listening.setSoTimeout(0);
                assertThat(listening.getInputStream().read()).isEqualTo(ARRIVED);
                listening.setSoTimeout(1);
                assertThat(listening.getInputStream().read()).isEqualTo(ARRIVED);
                byte[] read = new byte[8];
                assertThat(listening.getInputStream().read(read)).isOne();
                assertThat(read[0]).isEqualTo(ARRIVED);
            }
        }
    }

    @Test
    void the_end_of_the_connection_is_seen_by_the_next_wait() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket listening = new ListenSockets().createSocket()) {
            listening.connect(server.getLocalSocketAddress());
            server.accept().close();

            listening.setSoTimeout(10_000);
            assertThat(listening.getInputStream().read()).isEqualTo(-1);
        }
    }
}

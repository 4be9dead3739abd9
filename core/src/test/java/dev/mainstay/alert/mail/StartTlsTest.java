package dev.mainstay.alert.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.alert.notify.OwnCertificate;
import dev.mainstay.alert.notify.Samples;
import dev.mainstay.concurrent.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// E-mail through a server that begins in the clear and goes on over TLS.
class StartTlsTest {
    @TempDir
    private Path folder;

    private final BlockingQueue<String> inTheClear = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> secured = new LinkedBlockingQueue<>();

    private void serve(ServerSocket server, SSLContext tls) {
        try {
            while (true) {
                try (Socket connection = server.accept()) {
                    talk(connection, tls);
                } catch (IOException e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        } catch (RuntimeException e) {
            throw new IllegalStateException("the server failed", e);
        }
    }

    private void talk(Socket plain, SSLContext tls) throws IOException {
        say(plain, "220 here");
        BufferedReader in = reader(plain);
        Socket socket = plain;
        String line = in.readLine();
        while (line != null) {
            (socket == plain ? inTheClear : secured).add(line);
            switch (line.split(" ", 2)[0].toUpperCase(Locale.ROOT)) {
                case "EHLO" -> say(socket, socket == plain ? "250-here\r\n250 STARTTLS" : "250-here\r\n250 AUTH PLAIN");
                case "STARTTLS" -> {
                    say(plain, "220 go on");
                    SSLSocket over =
                            (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
                    over.setUseClientMode(false);
                    socket = over;
                    in = reader(over);
                }
                case "AUTH" -> say(socket, "235 you are");
                case "DATA" -> {
                    say(socket, "354 speak");
                    while (!".".equals(line)) {
                        line = in.readLine();
                    }
                    say(socket, "250 taken");
                }
                case "QUIT" -> say(socket, "221 bye");
                default -> say(socket, "250 well");
            }
            line = in.readLine();
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static EmailNotifier notifier(ServerSocket server, Properties more) {
        return new EmailNotifier(
                new EmailSettings(
                        "localhost",
                        server.getLocalPort(),
                        EmailSettings.Tls.STARTTLS,
                        "mainstay",
                        Samples.secret("swordfish"),
                        "mainstay@example.org",
                        List.of("ops@example.org"),
                        Duration.ofSeconds(10)),
                more);
    }

    @Test
    void password_and_mail_go_over_tls_alone_and_to_a_server_that_is_trusted() throws Exception {
        OwnCertificate certificate = OwnCertificate.make(folder, "dns:localhost,ip:127.0.0.1");
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
            SSLContext tls = certificate.server();
            Threads.startVirtual("starttls-server", () -> serve(server, tls));
            Properties trusting = new Properties();
            trusting.put("mail.smtp.ssl.socketFactory", certificate.client().getSocketFactory());

            assertThat(notifier(server, trusting).sendAndHear(Samples.firing("no heartbeat for 7s")))
                    .isEqualTo("localhost took the mail for ops@example.org");
            assertThat(inTheClear).hasSize(2).element(1).isEqualTo("STARTTLS");
            assertThat(secured).anyMatch(line -> line.startsWith("AUTH PLAIN")).contains("DATA");

            secured.clear();
            assertThatThrownBy(() -> notifier(server, new Properties()).send(Samples.firing("x")))
                    .as("a certificate nobody vouches for")
                    .isInstanceOf(IOException.class);
            assertThat(secured).isEmpty();
        }
    }
}

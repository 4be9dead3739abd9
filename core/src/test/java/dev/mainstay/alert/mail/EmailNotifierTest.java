package dev.mainstay.alert.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.mainstay.alert.notify.Samples;
import dev.mainstay.concurrent.Threads;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// E-mail through a server that is one, and through some that are not.
class EmailNotifierTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(500);

    private static EmailSettings settings(int port, EmailSettings.Tls tls, @Nullable String user, Duration timeout) {
        return new EmailSettings(
                "127.0.0.1",
                port,
                tls,
                user,
                user == null ? null : Samples.secret("swordfish"),
                "mainstay@example.org",
                List.of("ops@example.org", "lead@example.org"),
                timeout);
    }

    /// Trusts the certificate that the test server made itself.
    private static Properties trusting() {
        Properties trusting = new Properties();
        trusting.setProperty("mail.smtp.ssl.trust", "*");
        trusting.setProperty("mail.smtp.ssl.checkserveridentity", "false");
        return trusting;
    }

    private static GreenMail server(String protocol) {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol));
        server.start();
        return server;
    }

    @Test
    void a_mail_arrives_and_is_the_same_letter_at_every_try() throws Exception {
        GreenMail server = server(ServerSetup.PROTOCOL_SMTP);
        try {
            EmailNotifier notifier =
                    new EmailNotifier(settings(server.getSmtp().getPort(), EmailSettings.Tls.NONE, null, BOUND));
            assertThat(notifier.sendAndHear(Samples.firing("no heartbeat for 7s,\r\nBcc: x@example.org φ 9")))
                    .isEqualTo("127.0.0.1 took the mail for ops@example.org, lead@example.org");
            assertThat(server.waitForIncomingEmail(BOUND.toMillis(), 2)).isTrue();
            MimeMessage mail = server.getReceivedMessages()[0];
            assertThat(mail.getSubject())
                    .isEqualTo("[critical] heartbeat-missed: price-sync: no heartbeat for 7s, Bcc: x@example.org φ 9");
            assertThat(mail.getMessageID()).isEqualTo("<" + Samples.ID + "@mainstay>");
            assertThat(mail.getAllRecipients()).hasSize(2);
            assertThat(mail.getContent().toString()).contains("price-sync", "https://runbooks.example.org/silent");
        } finally {
            server.stop();
        }
    }

    @Test
    void with_tls_from_the_first_byte_somebody_logs_in() throws Exception {
        GreenMail server = server(ServerSetup.PROTOCOL_SMTPS);
        try {
            server.setUser("mainstay", "swordfish");
            int port = server.getSmtps().getPort();
            new EmailNotifier(settings(port, EmailSettings.Tls.ALWAYS, "mainstay", BOUND), trusting())
                    .send(Samples.firing("x"));
            assertThat(server.getReceivedMessages()).hasSize(2);
            assertThatThrownBy(() -> new EmailNotifier(
                                    settings(port, EmailSettings.Tls.ALWAYS, "nobody", BOUND), trusting())
                            .send(Samples.firing("x")))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("127.0.0.1:" + port + " did not take the mail: ")
                    .hasMessageNotContaining("swordfish");
            assertThatThrownBy(() -> new EmailNotifier(settings(port, EmailSettings.Tls.ALWAYS, "mainstay", BOUND))
                            .send(Samples.firing("x")))
                    .as("a certificate nobody vouches for")
                    .isInstanceOf(IOException.class);
        } finally {
            server.stop();
        }
    }

    @Test
    void a_server_without_starttls_gets_nothing_in_the_clear() {
        GreenMail server = server(ServerSetup.PROTOCOL_SMTP);
        try {
            EmailNotifier notifier =
                    new EmailNotifier(settings(server.getSmtp().getPort(), EmailSettings.Tls.STARTTLS, null, BOUND));
            assertThatThrownBy(() -> notifier.send(Samples.firing("x"))).hasMessageContaining("STARTTLS");
            assertThat(server.getReceivedMessages()).isEmpty();
        } finally {
            server.stop();
        }
    }

    private interface Behaviour {
        void serve(OutputStream out) throws Exception;
    }

    private static void refused(Behaviour behaviour, Duration timeout, String message) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
            Threads.startVirtual("odd-server", () -> {
                try (Socket connection = server.accept()) {
                    behaviour.serve(connection.getOutputStream());
                } catch (Exception e) {
                    // the notifier went away
                }
            });
            EmailNotifier notifier =
                    new EmailNotifier(settings(server.getLocalPort(), EmailSettings.Tls.NONE, null, timeout));
            assertThatThrownBy(() -> notifier.send(Samples.firing("x")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(message);
        }
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Test
    void servers_that_hang_drip_refuse_or_leave_are_told() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        refused(_ -> never.await(), SHORT, "did not take the mail");
        refused(
                out -> {
                    say(out, "220-");
                    while (true) {
                        say(out, "x");
                        Threads.pause(Duration.ofMillis(20));
                    }
                },
                SHORT,
                "did not take the mail within 500ms");
        refused(out -> say(out, "554 go away\r\n"), BOUND, "554");
        refused(OutputStream::close, BOUND, "did not take the mail");
        never.countDown();
    }

    @Test
    void settings_that_cannot_be_are_refused() {
        assertThatThrownBy(() -> settings(25, EmailSettings.Tls.NONE, "mainstay", BOUND))
                .hasMessageStartingWith("tls must not be none with a password");
        assertThatThrownBy(() -> new EmailSettings(
                        "mail", null, EmailSettings.Tls.STARTTLS, null, null, "no address", List.of("a@b"), BOUND))
                .hasMessageStartingWith("from must be an address");
        assertThatThrownBy(() -> new EmailSettings(
                        "mail", null, EmailSettings.Tls.STARTTLS, null, null, "a@b", List.of(), BOUND))
                .hasMessageStartingWith("to must name");
    }
}

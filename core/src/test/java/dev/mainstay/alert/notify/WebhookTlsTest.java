package dev.mainstay.alert.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A webhook over TLS, to whom it may talk and to whom it may not.
class WebhookTlsTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private static LocalReceiver receiver(OwnCertificate certificate) throws Exception {
        return LocalReceiver.on(
                out -> out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.UTF_8)),
                certificate
                        .server()
                        .getServerSocketFactory()
                        .createServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1")));
    }

    private static WebhookNotifier to(LocalReceiver receiver, SSLContext trusting) {
        URI url = URI.create("https://localhost:" + receiver.port() + "/hook");
        WebhookSettings settings = new WebhookSettings(url, Samples.secret("swordfish"), Map.of(), BOUND, true);
        return new WebhookNotifier(
                settings,
                InstantSource.fixed(Instant.EPOCH),
                new HttpPost(settings.target(), trusting.getSocketFactory()));
    }

    @Test
    void one_whose_certificate_is_trusted_is_told() throws Exception {
        OwnCertificate certificate = OwnCertificate.make(folder, "dns:localhost");
        try (LocalReceiver receiver = receiver(certificate)) {
            assertThat(to(receiver, certificate.client()).sendAndHear(Samples.firing("x")))
                    .isEqualTo("answered 200: ok");
            LocalReceiver.Request request = Objects.requireNonNull(receiver.requests.poll(10, TimeUnit.SECONDS));
            assertThat(request.line()).isEqualTo("POST /hook HTTP/1.1");
            assertThat(request.headers()).containsKey("webhook-signature");
        }
    }

    @Test
    void one_whom_nobody_vouches_for_or_who_is_another_is_told_nothing() throws Exception {
        OwnCertificate ofAnother = OwnCertificate.make(folder, "dns:other.example.org");
        try (LocalReceiver receiver = receiver(ofAnother)) {
            assertThatThrownBy(() -> to(receiver, ofAnother.client()).send(Samples.firing("x")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("localhost");
            assertThatThrownBy(() -> to(receiver, SSLContext.getDefault()).send(Samples.firing("x")))
                    .isInstanceOf(IOException.class);
            assertThat(receiver.requests).isEmpty();
        }
    }
}

package dev.mainstay.agents.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An http-check against certificates that are valid, about to expire, expired, and not trusted.
class TlsCheckTest {
    @TempDir
    Path folder;

    private static final String LONG_AGO = "2020/01/01 00:00:00";
    private static final int HUNDRED_YEARS = 36_500;

    @Test
    void days_left_are_counted_and_warned_of() throws Exception {
        SelfMadeCertificate certificate = SelfMadeCertificate.make(folder, LONG_AGO, HUNDRED_YEARS);
        try (LocalHttp server = LocalHttp.startTls(certificate.tls()).answering("/", 200, "");
                Checked<HttpCheckSettings> checked = checked(server, certificate)) {
            assertThat(checked.error()).isEmpty();
            double days = checked.context.metric("check.tls.expires");
            assertThat(days).isBetween(34_000.0, 34_500.0);
            checked.clock.advance(Duration.ofDays((long) days - 10));
            assertThat(checked.error()).contains("certificate that expires on 2119-12-", "within 14 days");
            assertThat(checked.context.metric("check.tls.expires")).isEqualTo(10.5, within(1.0));
        }
    }

    @Test
    void an_expired_certificate_is_told_with_its_date() throws Exception {
        SelfMadeCertificate certificate = SelfMadeCertificate.make(folder, LONG_AGO, 10);
        try (LocalHttp server = LocalHttp.startTls(certificate.tls()).answering("/", 200, "");
                Checked<HttpCheckSettings> checked = checked(server, certificate)) {
            assertThat(checked.error()).contains("certificate that expired on 2020-01-1");
            assertThat(checked.context.metric("check.tls.expires")).isNegative();
        }
    }

    @Test
    void a_host_that_is_gone_is_not_called_expired() throws Exception {
        SelfMadeCertificate certificate = SelfMadeCertificate.make(folder, LONG_AGO, 10);
        LocalHttp server = LocalHttp.startTls(certificate.tls()).answering("/", 200, "");
        try (server;
                Checked<HttpCheckSettings> checked = checked(server, certificate)) {
            assertThat(checked.error()).contains("expired");
            server.close();
            assertThat(checked.error()).contains("cannot be reached: connection refused");
        }
    }

    @Test
    void an_answer_over_a_connection_kept_open_stands_for_its_certificate() throws Exception {
        SelfMadeCertificate certificate = SelfMadeCertificate.make(folder, LONG_AGO, HUNDRED_YEARS);
        try (LocalHttp server = LocalHttp.startTls(certificate.tls()).answering("/", 200, "");
                Checked<HttpCheckSettings> checked = checked(server, certificate)) {
            checked.tick();
            checked.tick();
            assertThat(checked.context.metrics())
                    .filteredOn(metric -> metric.name().equals("check.tls.expires"))
                    .hasSize(2);
        }
    }

    @Test
    void a_certificate_nobody_trusts_fails_the_check() throws Exception {
        SelfMadeCertificate certificate = SelfMadeCertificate.make(folder, LONG_AGO, HUNDRED_YEARS);
        try (LocalHttp server = LocalHttp.startTls(certificate.tls()).answering("/", 200, "");
                Checked<HttpCheckSettings> checked = Checked.of(new HttpCheckKind(), Map.of("url", server.url("/")))) {
            assertThat(checked.error()).contains("failed:", "unable to find valid certification path");
        }
    }

    private static Checked<HttpCheckSettings> checked(LocalHttp server, SelfMadeCertificate certificate)
            throws Exception {
        return Checked.of(
                new HttpCheckKind(),
                Map.of("url", server.url("/"), "trust", certificate.pem().toString()));
    }
}

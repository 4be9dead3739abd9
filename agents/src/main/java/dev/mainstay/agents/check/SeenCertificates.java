package dev.mainstay.agents.check;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Judges certificates as another trust manager does, and remembers when those shown last expire, so that the date is
/// known of a chain that was refused too, above all of one that has expired. Thread-safe.
final class SeenCertificates extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager judge;
    private volatile Optional<Instant> last = Optional.empty();
    private volatile Optional<Instant> expiry = Optional.empty();

    SeenCertificates(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    /// A new look begins, in which no certificate was shown yet.
    void forget() {
        expiry = Optional.empty();
    }

    /// An answer came: a connection that was kept open, or resumed, shows no new certificate and stands for its last.
    void recall() {
        expiry = last;
    }

    /// When the first of the chain of this look to expire does; empty when it met none.
    Optional<Instant> expiry() {
        return expiry;
    }

    private void remember(X509Certificate[] chain) {
        last = Arrays.stream(chain)
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo);
        expiry = last;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        remember(chain);
        judge.checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        remember(chain);
        judge.checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        remember(chain);
        judge.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        judge.checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        judge.checkClientTrusted(chain, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        judge.checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}

package dev.mainstay.agents.check;

import dev.mainstay.config.DataSize;
import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What an `http-check` asks and expects. Immutable and thread-safe.
public record HttpCheckSettings(
        @Doc("The address to ask, http or https.") URI url,
        @Default("GET") @Doc("The HTTP method.") String method,
        @Doc("Headers to send.") Map<String, String> headers,

        @Doc("Headers whose value is a secret, each as env:NAME or file:PATH.")
        Map<String, Secret> secretHeaders,

        @Nullable @Doc("The body to send.") String body,

        @Default("200-299") @Doc("The expected status: codes and ranges.")
        List<String> status,

        @Nullable @Doc("Text the body must contain.") String bodyContains,

        @Nullable @Doc("A regular expression that must be found in the body.")
        Pattern bodyMatches,

        @Default("1MB") @Doc("How much of the body is read for matching; a larger one fails the check.")
        DataSize bodyLimit,

        @Nullable @Doc("An answer that takes longer fails the check.")
        Duration maxLatency,

        @Default("10s") @Doc("When to give up, from connecting to the last byte of the body.")
        Duration timeout,

        @Default("true") @Doc("Whether redirects are followed; never from https to http.")
        boolean followRedirects,

        @Default("14") @Doc("The check fails when the TLS certificate expires within so many days.")
        int tlsWarningDays,

        @Nullable @Doc("A PEM file of certificates to trust instead of those of Java.")
        Path trust) {
    private static final Pattern METHOD = Pattern.compile("[A-Z]+");

    public HttpCheckSettings {
        String scheme = url.getScheme();
        if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new IllegalArgumentException("url must begin with http:// or https:// and name a host, was " + url);
        }
        if (url.getUserInfo() != null) {
            throw new IllegalArgumentException("url must not hold a password; send it by secretHeaders");
        }
        if (!METHOD.matcher(method).matches()) {
            throw new IllegalArgumentException("method must be a word such as GET or HEAD, was '" + method + "'");
        }
        Settings.refuseReferences("headers", "secretHeaders", headers);
        if (status.isEmpty()) {
            throw new IllegalArgumentException("status must name at least one code or range");
        }
        status.forEach(StatusRange::parse);
        Settings.requireFilled("bodyContains", bodyContains);
        Settings.requirePositive("maxLatency", maxLatency);
        Settings.requirePositive("timeout", timeout);
        if (tlsWarningDays < 0) {
            throw new IllegalArgumentException("tlsWarningDays must not be negative, was " + tlsWarningDays);
        }
    }

    boolean expects(int code) {
        return status.stream().map(StatusRange::parse).anyMatch(range -> range.contains(code));
    }

    /// The address without its query, which may hold what is nobody's business.
    String where() {
        return url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath();
    }

    boolean looksAtBody() {
        return bodyContains != null || bodyMatches != null;
    }
}

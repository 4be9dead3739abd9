package dev.mainstay.alert.notify;

import dev.mainstay.config.Durations;
import dev.mainstay.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/// Where a notifier posts to, and how long it waits. Immutable, thread-safe, and valid by construction.
///
/// @param timeout from the look-up of the host to the end of the answer's head
/// @param allowPrivate whether the host may be on this machine or in a private network
record HttpTarget(URI url, Duration timeout, boolean allowPrivate) {
    /// The sender of notifications gives up then.
    private static final Duration LONGEST = Duration.ofSeconds(25);

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    HttpTarget {
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new IllegalArgumentException("url must begin with http:// or https:// and name a host");
        }
        if (url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("url must not hold a password; send it by secretHeaders");
        }
        if (!timeout.isPositive() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timeout must be positive and at most " + Durations.format(LONGEST)
                    + ", was " + Durations.format(timeout));
        }
    }

    /// One whose address is a secret, which no message tells.
    static HttpTarget of(Secret url, Duration timeout, boolean allowPrivate) {
        try {
            return new HttpTarget(new URI(url.reveal().strip()), timeout, allowPrivate);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("url is no address", null); // the cause would show it
        }
    }

    boolean isSecure() {
        return "https".equals(url.getScheme());
    }

    /// Without the brackets of an IPv6 address.
    String host() {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return url.getPort() >= 0 ? url.getPort() : isSecure() ? HTTPS_PORT : HTTP_PORT;
    }

    /// What stands after the host.
    String path() {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    /// Scheme and host for messages; path and query often are what nobody else should know.
    String where() {
        return url.getScheme() + "://" + url.getRawAuthority();
    }
}

package dev.mainstay.message.nats;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Where NATS is: one server or several of a cluster, and on how many of them each message is kept. Immutable and
/// thread-safe.
///
/// @param servers as jnats takes them, joined by commas
record NatsAddress(String servers, URI first, int replicas) {
    private static final Pattern SHAPE = Pattern.compile("([^?]+)(?:\\?replicas=([1-5]))?");
    private static final Set<String> SCHEMES = Set.of("nats", "tls");
    private static final int PORT = 4_222;

    // What is wrong with it is not told by its own words, which may be the password.
    static NatsAddress of(String url) {
        Matcher shape = SHAPE.matcher(url);
        if (!shape.matches() || !Stream.of(shape.group(1).split(",", -1)).allMatch(NatsAddress::isServer)) {
            throw new MainstayException(
                    ErrorCode.CONFIG_INVALID,
                    "messages.url must be nats://[user:password@]host[:port], or tls://…, several joined by commas, and"
                            + " for a cluster ?replicas=3 behind them");
        }
        String replicas = shape.group(2);
        URI named = URI.create(shape.group(1).split(",", -1)[0]);
        URI first = URI.create("nats://" + named.getHost() + ":" + (named.getPort() < 0 ? PORT : named.getPort()));
        return new NatsAddress(shape.group(1), first, replicas == null ? 1 : Integer.parseInt(replicas));
    }

    private static boolean isServer(String server) {
        try {
            URI uri = new URI(server.strip());
            return uri.getScheme() != null && SCHEMES.contains(uri.getScheme()) && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}

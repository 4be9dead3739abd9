package dev.mainstay.alert.notify;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Which addresses may be connected to: who can set a URL could else make Mainstay ask what only it can reach, such as
/// the credentials that clouds hand out at 169.254.169.254.
///
/// The ranges are those of the IANA special-purpose registries
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>,
/// and that for IPv6) and the metadata services of clouds. Stateless and thread-safe.
final class Destinations {
    /// Refused whatever is allowed: nobody receives notifications there.
    private static final List<Network> NEVER = networks(
            "0.0.0.0/8",
            "169.254.0.0/16",
            "100.100.100.200/32",
            "168.63.129.16/32",
            "192.0.0.192/32",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/128",
            "fd00:ec2::254/128",
            "fe80::/10",
            "ff00::/8");

    private static final List<Network> PRIVATE = networks(
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "::1/128",
            "64:ff9b:1::/48",
            "2001::/23",
            "2001:db8::/32",
            "fc00::/7",
            "fec0::/10");

    /// IPv6 addresses that stand for an IPv4 one, and where its four bytes are in them.
    private static final List<Embedding> EMBEDDINGS = List.of(
            new Embedding(Network.of("::/96"), 12),
            new Embedding(Network.of("64:ff9b::/96"), 12),
            new Embedding(Network.of("2002::/16"), 2));

    private static final int V4_BYTES = 4;

    private record Embedding(Network network, int offset) {}

    private Destinations() {}

    private static List<Network> networks(String... texts) {
        return Stream.of(texts).map(Network::of).toList();
    }

    /// The addresses of a host, all of which may be connected to. Whoever connects takes one of these and asks for the
    /// name no second time, for the answer could be another one then.
    ///
    /// @throws RefusedDestination when one of them may not
    static List<InetAddress> of(String host, boolean allowPrivate) throws UnknownHostException {
        InetAddress[] all = InetAddress.getAllByName(host);
        for (InetAddress address : all) {
            require(host, address, allowPrivate);
        }
        return List.of(all);
    }

    static void require(String host, InetAddress address, boolean allowPrivate) {
        InetAddress meant = meant(address);
        if (isIn(NEVER, meant)) {
            throw new RefusedDestination(host + " is " + address.getHostAddress()
                    + ", an address of this link, of a cloud's metadata or of no host; it is never asked");
        }
        if (!allowPrivate && isIn(PRIVATE, meant)) {
            throw new RefusedDestination(host + " is " + address.getHostAddress()
                    + ", an address of this machine or of a private network; allowPrivate: true lets it be asked");
        }
    }

    private static boolean isIn(List<Network> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static InetAddress meant(InetAddress address) {
        if (Network.of("::1/128").contains(address) || Network.of("::/128").contains(address)) {
            return address;
        }
        return EMBEDDINGS.stream()
                .filter(each -> each.network().contains(address))
                .findFirst()
                .map(each -> embedded(address, each.offset()))
                .orElse(address);
    }

    private static InetAddress embedded(InetAddress address, int offset) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), offset, offset + V4_BYTES));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}

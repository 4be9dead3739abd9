package dev.mainstay.alert.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which addresses are refused.
class DestinationsTest {
    private static void require(String address, boolean allowPrivate) {
        Destinations.require("hook.example.org", InetAddress.ofLiteral(address), allowPrivate);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
                "198.18.0.1", "::1", "fc00::1", "fd12:3456::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
                "::10.0.0.1", "2001::1"
            })
    void private_ones_are_refused_unless_allowed(String address) {
        assertThatThrownBy(() -> require(address, false))
                .isInstanceOf(RefusedDestination.class)
                .hasMessageContaining("hook.example.org");
        assertThatCode(() -> require(address, true)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.0.1",
                "100.100.100.200",
                "168.63.129.16",
                "fd00:ec2::254",
                "fe80::1",
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "255.255.255.255",
                "ff02::1",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::",
                "::ffff:169.254.169.254"
            })
    void metadata_and_the_link_are_never_asked(String address) {
        assertThatThrownBy(() -> require(address, true)).isInstanceOf(RefusedDestination.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "172.15.255.255",
                "172.32.0.1",
                "192.167.0.1",
                "100.128.0.1",
                "168.63.129.17",
                "2606:4700::1",
                "2a00:1450::1",
                "64:ff9b::808:808"
            })
    void public_ones_are_asked(String address) {
        assertThatCode(() -> require(address, false)).doesNotThrowAnyException();
    }

    @Test
    void a_host_is_looked_up_once_and_whole() throws Exception {
        assertThat(Destinations.of("127.0.0.1", true)).hasSize(1);
        assertThatThrownBy(() -> Destinations.of("localhost", false)).isInstanceOf(RefusedDestination.class);
    }
}

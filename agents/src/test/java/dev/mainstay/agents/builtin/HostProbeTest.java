package dev.mainstay.agents.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProbeTest {
    @TempDir
    Path folder;

    private static Map<String, Double> read(HostProbe probe) {
        return probe.read().stream().collect(Collectors.toMap(HostProbe.Figure::name, HostProbe.Figure::value));
    }

    private void devices(long received, long sent) throws IOException {
        Files.createDirectories(folder.resolve("net"));
        Files.writeString(folder.resolve("net/dev"), """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo: 9999999   1 0 0 0 0 0 0 9999999 1 0 0 0 0 0 0
              eth0: %d  10 0 0 0 0 0 0 %d 10 0 0 0 0 0 0
              eth1:5 10 0 0 0 0 0 0 7 10 0 0 0 0 0 0
            """.formatted(received, sent));
    }

    @Test
    void network_is_what_went_through_since_the_reading_before() throws IOException {
        ManualClock clock = ManualClock.atEpoch();
        HostProbe probe = HostProbe.of(folder, folder, clock);
        devices(1_000, 2_000);
        assertThat(read(probe)).doesNotContainKey("host.network.received");
        clock.advance(Duration.ofSeconds(10));
        devices(6_000, 2_500);
        Map<String, Double> figures = read(probe);
        assertThat(figures.get("host.network.received")).isEqualTo(500.0);
        assertThat(figures.get("host.network.sent")).isEqualTo(50.0);
    }

    @Test
    void what_cannot_be_read_is_left_out() {
        HostProbe probe = HostProbe.of(folder.resolve("gone"), folder.resolve("gone"), ManualClock.atEpoch());
        assertThat(read(probe))
                .doesNotContainKeys("host.disk", "host.network.received")
                .containsKey("host.memory");
    }

    @Test
    void this_machine_has_figures_within_their_bounds() {
        Map<String, Double> figures = read(HostProbe.of(folder));
        assertThat(figures.get("host.memory")).isBetween(0.0, 1.0);
        assertThat(figures.get("host.disk")).isBetween(0.0, 1.0);
        assertThat(figures.get("host.disk.free")).isPositive();
        assertThat(figures.get("process.heap")).isPositive();
    }
}

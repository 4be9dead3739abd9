package dev.mainstay.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.config.Secret;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessageSettingsTest {
    private static final Secret URL = Secret.of("env:REDIS_URL", Map.of("REDIS_URL", "http://nowhere"));

    @Test
    void a_url_without_a_transport_is_refused_and_none_is_needed_for_postgresql() {
        assertThatThrownBy(() -> new MessageSettings(MessageSettings.Place.POSTGRES, URL))
                .hasMessage("url says nothing without a transport such as redis or nats");
        assertThat(new MessageSettings(MessageSettings.Place.POSTGRES, null).open(Duration.ofDays(7)))
                .isEmpty();
    }

    @Test
    void the_url_is_looked_at_by_the_transport() {
        assertThatThrownBy(() -> new MessageSettings(MessageSettings.Place.REDIS, URL).open(Duration.ofDays(7)))
                .hasMessageContaining("messages.url must be redis://");
        assertThatThrownBy(() -> new MessageSettings(MessageSettings.Place.NATS, URL).open(Duration.ofDays(7)))
                .hasMessageContaining("messages.url must be nats://");
    }
}

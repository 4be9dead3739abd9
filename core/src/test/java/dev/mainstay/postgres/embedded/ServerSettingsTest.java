package dev.mainstay.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerSettingsTest {
    @Test
    void what_is_asked_for_wins_over_the_defaults_and_is_quoted() {
        var file = ServerSettings.of(Map.of("shared_buffers", "64MB", "application_name", "it's \\ here"))
                .render(5432);
        assertThat(file)
                .contains("port = 5432\n")
                .contains("shared_buffers = '64MB'\n")
                .doesNotContain("256MB")
                .contains("application_name = 'it''s \\\\ here'\n");
    }

    @Test
    void what_would_open_the_server_to_others_or_break_the_file_is_refused() {
        assertThatThrownBy(() -> ServerSettings.of(Map.of("listen_addresses", "*")))
                .hasMessageContaining("'listen_addresses'; Mainstay sets it itself");
        assertThatThrownBy(() -> ServerSettings.of(Map.of("a = 1\nfsync", "off")))
                .hasMessageContaining("takes no setting");
    }

    @Test
    void a_path_that_a_shell_would_read_otherwise_is_refused() {
        assertThatThrownBy(() -> EmbeddedPostgresConfig.in(Path.of("/tmp/$HOME")))
                .hasMessageContaining("/tmp/$HOME");
        assertThatThrownBy(() -> EmbeddedPostgresConfig.in(Path.of("/tmp/x")).withPort(70_000))
                .hasMessageContaining("from 1 to 65535, was 70000");
    }
}

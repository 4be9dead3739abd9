package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlaceholdersTest {
    private final Placeholders placeholders =
            new Placeholders(Map.of("node.port", "7171", "node.data", "C:\\data\\$1", "node.host", "::1"));

    private Object filled(Object plain) {
        return String.valueOf(placeholders
                .fill(Setting.of(plain, Origin.DATABASE), "agents.a")
                .toPlain());
    }

    @Test
    void every_text_is_filled_however_deep_it_stands() {
        assertThat(filled(Map.of("a", List.of("${node.port}", Map.of("b", "x${node.host}:${node.port}")))))
                .isEqualTo("{a=[7171, {b=x::1:7171}]}");
        assertThat(filled("${node.data}/logs")).isEqualTo("C:\\data\\$1/logs");
    }

    @Test
    void what_is_no_placeholder_of_ours_stays() {
        for (var text : List.of("${HOME}", "a$", "^\\d{1,2}$", "${node}", "$node.port")) {
            assertThat(filled(text)).isEqualTo(text);
        }
        assertThat(filled(List.of(1, true))).isEqualTo("[1, true]");
    }

    @Test
    void an_unknown_one_is_refused_with_its_key() {
        var written = YamlSettings.parse("mainstay.yml", "\nurl: http://${node.prot}/");

        assertThatThrownBy(() -> placeholders.fill(written, "agents.shop"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("mainstay.yml:2: agents.shop.url: there is no placeholder \"node.prot\"; "
                        + "did you mean \"node.port\"?");
    }
}

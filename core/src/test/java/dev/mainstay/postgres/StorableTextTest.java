package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StorableTextTest {
    @Test
    void nul_and_halves_of_pairs_are_replaced_and_whole_pairs_stay() {
        assertThat(StorableText.of("a\0b", 10)).isEqualTo("a\uFFFDb");
        assertThat(StorableText.of("\uD83D\uDE00", 10)).isEqualTo("\uD83D\uDE00");
        assertThat(StorableText.of("\uD83Dx\uDE00", 10)).isEqualTo("\uFFFDx\uFFFD");
        assertThat(StorableText.of("\uD83D\uD83D\uDE00", 10)).isEqualTo("\uFFFD\uD83D\uDE00");
    }

    @Test
    void a_cut_leaves_no_half_of_a_pair() {
        assertThat(StorableText.of("ab\uD83D\uDE00", 3)).isEqualTo("ab\uFFFD");
        assertThat(StorableText.of("abcd", 3)).isEqualTo("abc");
    }

    @Test
    void in_json_an_escaped_nul_is_replaced_and_a_backslash_before_u0000_is_not() {
        assertThat(Jsonb.text(Map.of("a", "x\0\0y"))).isEqualTo("{\"a\":\"x\uFFFD\uFFFDy\"}");
        assertThat(Jsonb.text(Map.of("a", "\\u0000"))).isEqualTo("{\"a\":\"\\\\u0000\"}");
        assertThat(Jsonb.text(Map.of("a", "\\\0\uD800"))).isEqualTo("{\"a\":\"\\\\\uFFFD\uFFFD\"}");
    }
}

package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicPatternTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "# | '' | true",
                "# | a.b.c | true",
                "* | a | true",
                "* | '' | false",
                "* | a.b | false",
                "orders.# | orders | true",
                "orders.# | orders.eu.new | true",
                "orders.# | order | false",
                "orders.# | ordersx.eu | false",
                "agent.* | agent.planner | true",
                "agent.* | agent | false",
                "agent.* | agent.planner.tick | false",
                "#.new | new | true",
                "#.new | orders.eu.new | true",
                "#.new | orders.new.eu | false",
                "a.#.z | a.z | true",
                "a.#.z | a.b.c.z | true",
                "a.#.z | a.b.c | false",
                "#.#.a | x.a | true",
                "'' | '' | true",
                "'' | a | false"
            })
    void words_stars_and_hashes_match_as_in_amqp_here_and_in_postgresql(String pattern, String key, boolean matches) {
        TopicPattern topic = TopicPattern.of(pattern);
        assertThat(topic.matches(key)).isEqualTo(matches);
        String words = key.isEmpty() ? "" : "." + key;
        assertThat(Pattern.compile(topic.regex()).matcher(words).matches()).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a..b",
                ".a",
                "a*",
                "a.**",
                "#.a.#.b.#.c.#",
                "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q",
                "a b",
                "a.(.*)+",
                "%"
            })
    void a_pattern_that_is_none_or_too_dear_is_refused(String pattern) {
        assertThatThrownBy(() -> TopicPattern.of(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pattern must");
    }

    @Test
    void what_is_told_of_a_bound_stands_in_the_guide() throws IOException {
        String guide = Files.readString(Path.of("..", "docs", "guide", "messages.md"));
        List<ThrowingCallable> beyond = List.of(
                () -> TopicPattern.of("x".repeat(300)),
                () -> TopicPattern.of("a" + ".a".repeat(16)),
                () -> TopicPattern.of("#.a.#.b.#.c.#"),
                () -> TopicPattern.of("a.#b"),
                () -> TopicPattern.requireKey("a..b"),
                () -> Interest.in(IntStream.range(0, 33).mapToObj(i -> "c" + i).toArray(String[]::new)));
        for (ThrowingCallable each : beyond) {
            assertThat(guide).contains("`" + catchThrowable(each).getMessage() + "`");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.*", "#", "a..b", "a b", "a."})
    void a_routing_key_holds_words_alone(String key) {
        assertThatThrownBy(() -> NewMessage.to("orders", 1).key(key)).isInstanceOf(IllegalArgumentException.class);
    }
}

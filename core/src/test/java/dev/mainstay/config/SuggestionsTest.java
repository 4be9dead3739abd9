package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    private static final List<String> KEYS =
            List.of("interval", "bodyMatch", "port", "timeout", "host", "cron", "url", "http-check");

    @ParameterizedTest
    @CsvSource({
        "intervall, interval", "intreval, interval", "body-match, bodyMatch", "body_match, bodyMatch",
                "BODYMATCH, bodyMatch",
        "prot, port", "timout, timeout", "uri, url", "httpcheck, http-check", "hots, host"
    })
    void finds_the_word_that_was_meant(String written, String meant) {
        assertThat(Suggestions.closest(written, KEYS)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"password", "zzz", "colour", "''"})
    void names_nothing_when_no_word_is_close(String written) {
        assertThat(Suggestions.closest(written, KEYS)).isEmpty();
    }

    @Test
    void a_sentence_ends_with_the_suggestion_or_with_what_is_known() {
        assertThat(Suggestions.didYouMeanOrKnown("prot", KEYS)).isEqualTo("; did you mean \"port\"?");
        assertThat(Suggestions.didYouMeanOrKnown("zzzzz", List.of("port", "host")))
                .isEqualTo("; known are host, port");
        assertThat(Suggestions.didYouMeanOrKnown("zzzzz", List.of())).isEmpty();
    }
}

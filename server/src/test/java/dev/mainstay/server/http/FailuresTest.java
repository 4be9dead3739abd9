package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What somebody else's outage is told as: its own code, and not a fault of Mainstay.
class FailuresTest {
    private static Refusal refusal(ErrorCode code) {
        MainstayException failure = new MainstayException(code, "Redis at ten:6379 refuses user shop");
        return Failures.refusal(failure, MessageSockets.ROUTE);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = "DATABASE_UNREACHABLE|COMMIT_UNKNOWN|MESSAGES_.*")
    void an_outage_is_answered_503_with_its_code_and_without_the_words_of_the_server(ErrorCode code) {
        Refusal refusal = refusal(code);

        assertThat(refusal.problem().status()).isEqualTo(503);
        assertThat(refusal.problem().code()).isEqualTo(code.name());
        assertThat(refusal.problem().detail()).doesNotContain("ten:6379").doesNotContain("shop");
        assertThat(refusal.headers()).containsEntry("Retry-After", "5");
    }

    @ParameterizedTest
    @EnumSource(names = {"COMMIT_UNKNOWN", "MESSAGES_UNKNOWN"})
    void what_may_have_happened_is_to_be_looked_for_before_it_is_repeated(ErrorCode code) {
        assertThat(refusal(code).problem().detail()).endsWith("look whether it happened before repeating it");
    }
}

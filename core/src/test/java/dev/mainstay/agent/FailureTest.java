package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.sql.DriverManager;
import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void what_a_database_said_comes_with_its_code_however_deep_it_lies() {
        Throwable refused =
                catchThrowable(() -> DriverManager.getConnection("jdbc:postgresql://127.0.0.1:1/shop?user=me")
                        .close());
        assertThat(Failure.describe(new IllegalStateException("no prices", refused)))
                .isEqualTo("java.lang.IllegalStateException: no prices (SQLState 08001)");
        assertThat(Failure.describe(new IllegalStateException("no prices")))
                .isEqualTo("java.lang.IllegalStateException: no prices");
    }
}

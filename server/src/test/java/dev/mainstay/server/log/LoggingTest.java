package dev.mainstay.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LoggingTest {
    @TempDir
    private Path folder;

    @Test
    void a_second_server_of_the_process_neither_takes_nor_ends_the_log_of_the_first() {
        var first = folder.resolve("first");
        try (var _ = Logging.into(first)) {
            try (var _ = Logging.into(folder.resolve("second"))) {
                LoggerFactory.getLogger("mainstay.trial").info("while there are two");
            }
            LoggerFactory.getLogger("mainstay.trial").info("after the second");
        }
        LoggerFactory.getLogger("mainstay.trial").info("after both");

        assertThat(Logging.file(first))
                .content()
                .contains("while there are two", "after the second")
                .doesNotContain("after both");
    }
}

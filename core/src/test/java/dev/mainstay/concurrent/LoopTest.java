package dev.mainstay.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopTest {
    /// Of which not even a line of log can be made, as when memory is used up.
    private static final class Unspeakable extends Error {
        @Override
        public String getMessage() {
            throw new OutOfMemoryError("no room for words");
        }
    }

    @Test
    void a_loop_goes_on_although_it_cannot_even_say_what_failed() throws InterruptedException {
        CountDownLatch rounds = new CountDownLatch(3);
        try (Loop loop = Loop.start("unspeakable", Duration.ofMillis(5), () -> {
            rounds.countDown();
            throw new Unspeakable();
        })) {
            loop.wake();
            assertThat(rounds.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}

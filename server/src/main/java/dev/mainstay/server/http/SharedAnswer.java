package dev.mainstay.server.http;

import dev.mainstay.concurrent.MonotonicClock;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One answer for all who ask within a while: what anybody may ask as often as they like costs no more than one asking.
/// Thread-safe.
final class SharedAnswer<T> implements Supplier<T> {
    private final Supplier<T> source;
    private final long heldNanos;
    private final MonotonicClock clock;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Given<T> given;

    private record Given<T>(T answer, long at) {}

    SharedAnswer(Supplier<T> source, Duration held, MonotonicClock clock) {
        this.source = source;
        this.heldNanos = held.toNanos();
        this.clock = clock;
    }

    @Override
    public T get() {
        Given<T> last = given;
        if (last != null && isFresh(last)) {
            return last.answer;
        }
        asking.lock();
        try {
            Given<T> meanwhile = given;
            if (meanwhile != null && isFresh(meanwhile)) {
                return meanwhile.answer;
            }
            T answer = source.get();
            given = new Given<>(answer, clock.nanos());
            return answer;
        } finally {
            asking.unlock();
        }
    }

    private boolean isFresh(Given<T> answer) {
        return clock.nanos() - answer.at < heldNanos;
    }
}

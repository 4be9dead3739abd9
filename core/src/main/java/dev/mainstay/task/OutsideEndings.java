package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.StorableText;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Ends attempts of workers outside by anything but success; each method is part of its caller's transaction. Stateless
/// and thread-safe.
final class OutsideEndings {
    private static final String END = """
            SELECT task_attempt_ended(:organization, :token, :task, :fence, :how, :why,
                make_interval(secs => :seconds::double precision), :started)
            """;

    private static final int LONGEST_ERROR = 4_000;

    private final RandomGenerator random;

    OutsideEndings(RandomGenerator random) {
        this.random = random;
    }

    /// @param after when it is tried again; by the usual policy when null
    OutsideEnd fail(Handle handle, OutsideHold held, String error, boolean isRetryable, @Nullable Duration after) {
        if (!isRetryable) {
            return end(handle, held, "dead", error, null);
        }
        return failed(handle, held, "failed", error, after);
    }

    /// It ran longer than it may.
    OutsideEnd timeOut(Handle handle, OutsideHold held) {
        return failed(handle, held, "timed out", "did not end within its deadline", null);
    }

    private OutsideEnd failed(Handle handle, OutsideHold held, String how, String error, @Nullable Duration after) {
        int failures = held.failures() + 1;
        Integer own = held.maxAttempts();
        RetryPolicy policy = own == null ? RetryPolicy.DEFAULT : RetryPolicy.DEFAULT.withAttempts(own);
        if (!policy.allowsAnother(failures)) {
            return end(handle, held, "dead", "failed " + failures + " times, the last time: " + error, null);
        }
        return end(handle, held, how, error, after == null ? policy.after(failures, random) : after);
    }

    /// Ends it so, unless a person wants it ended: then it is.
    OutsideEnd end(Handle handle, OutsideHold held, String how, String why, @Nullable Duration again) {
        String reason = held.cancelReason();
        OutsideEnd end = new OutsideEnd(reason == null ? how : "cancelled", reason == null ? again : null, false);
        held.require(held.bind(handle.createQuery(END))
                .bind("how", end.outcome())
                .bind("why", StorableText.of(reason == null ? why : reason, LONGEST_ERROR))
                .bind("seconds", end.again() == null ? null : Columns.seconds(end.again()))
                .mapTo(Boolean.class)
                .one());
        close(handle, held.lease());
        return end;
    }

    /// Forgets the claim with the last of its tasks.
    static void close(Handle handle, OutsideLease lease) {
        handle.createQuery("SELECT task_claim_close(:organization, :token)::text")
                .bind("organization", lease.organization())
                .bind("token", lease.token())
                .mapTo(String.class)
                .findOne();
    }
}

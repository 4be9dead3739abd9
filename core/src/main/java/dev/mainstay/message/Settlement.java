package dev.mainstay.message;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How a message in hand ended. Immutable.
///
/// @param token the lease it was handed out under
/// @param again how long to wait before it is tried again; zero unless it is
public record Settlement(
        UUID token,
        Message message,
        Outcome outcome,
        Duration again,
        @Nullable String error) {
    public enum Outcome {
        /// Handled.
        ACKED,
        /// Failed, to be tried again.
        RETRY,
        /// Not begun; as if it had not been handed out.
        RETURNED,
        /// Given up.
        DEAD
    }

    boolean isFailure() {
        return outcome == Outcome.RETRY || outcome == Outcome.DEAD;
    }

    public static Settlement acked(UUID token, Message message) {
        return new Settlement(token, message, Outcome.ACKED, Duration.ZERO, null);
    }

    public static Settlement returned(UUID token, Message message) {
        return new Settlement(token, message, Outcome.RETURNED, Duration.ZERO, null);
    }

    public static Settlement retry(UUID token, Message message, Duration again, String error) {
        return new Settlement(token, message, Outcome.RETRY, again, error);
    }

    public static Settlement dead(UUID token, Message message, String error) {
        return new Settlement(token, message, Outcome.DEAD, Duration.ZERO, error);
    }
}

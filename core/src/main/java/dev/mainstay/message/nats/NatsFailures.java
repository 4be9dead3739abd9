package dev.mainstay.message.nats;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import io.nats.client.AuthenticationException;
import io.nats.client.JetStreamApiException;
import java.net.URI;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What goes wrong with NATS, said in Mainstay's words; never with the URL, which may hold the password. Stateless and
/// thread-safe.
final class NatsFailures {
    /// The key or stream was changed by another meanwhile.
    static final int WRONG_LAST_SEQUENCE = 10_071;
    static final int STREAM_NOT_FOUND = 10_059;
    static final int NO_MESSAGE_FOUND = 10_037;

    private NatsFailures() {}

    static String address(URI uri) {
        return "NATS at " + uri.getHost() + ":" + uri.getPort();
    }

    static MainstayException whileConnecting(String address, Exception failure) {
        if (failure instanceof AuthenticationException || causes(failure).anyMatch(NatsFailures::isAuthentication)) {
            return new MainstayException(
                    ErrorCode.MESSAGES_AUTH,
                    address + " refused the user, the password or the token of messages.url",
                    failure);
        }
        return unreachable(address, failure);
    }

    static MainstayException unreachable(String address, Throwable failure) {
        return new MainstayException(
                ErrorCode.MESSAGES_UNREACHABLE,
                address + " does not answer, so no message can be kept or handed out: " + last(failure),
                failure);
    }

    static MainstayException refused(String address, JetStreamApiException failure) {
        return new MainstayException(
                ErrorCode.MESSAGES_UNSUITABLE, address + " refuses a step: " + last(failure), failure);
    }

    static MainstayException noStream(String address, Exception failure) {
        return new MainstayException(
                ErrorCode.MESSAGES_UNSUITABLE,
                address + " has lost a stream of Mainstay's, or JetStream is off: a lost one is created anew, empty,"
                        + " with the next step (" + last(failure) + ")",
                failure);
    }

    /// @param refusal what the server said of missing permissions a moment ago
    static MainstayException noAnswer(String address, @Nullable String refusal, Exception failure) {
        if (refusal != null) {
            return new MainstayException(
                    ErrorCode.MESSAGES_AUTH, address + " refuses this user a step: " + refusal, failure);
        }
        return new MainstayException(
                ErrorCode.MESSAGES_UNKNOWN,
                address + " gave no answer: what it was told may have been done or not (" + last(failure) + ")",
                failure);
    }

    /// Nobody listens where the stream should.
    static boolean isNoResponder(Throwable failure) {
        return String.valueOf(failure.getMessage()).contains("503");
    }

    private static boolean isAuthentication(Throwable cause) {
        return String.valueOf(cause.getMessage()).contains("Authorization Violation");
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    private static String last(Throwable failure) {
        return String.valueOf(
                causes(failure).reduce((former, cause) -> cause).orElse(failure).getMessage());
    }
}

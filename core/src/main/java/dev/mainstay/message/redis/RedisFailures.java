package dev.mainstay.message.redis;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisURI;
import java.util.stream.Stream;

/// What goes wrong with Redis, said in Mainstay's words; never with the URL, which may hold the password. Stateless and
/// thread-safe.
final class RedisFailures {
    private RedisFailures() {}

    static String address(RedisURI uri) {
        if (uri.getSocket() != null) {
            return "Redis at " + uri.getSocket();
        }
        return uri.getSentinelMasterId() == null
                ? "Redis at " + uri.getHost() + ":" + uri.getPort()
                : "Redis of sentinel " + uri.getSentinelMasterId();
    }

    static MainstayException whileConnecting(String address, RedisException failure) {
        if (causes(failure).anyMatch(RedisFailures::isAuthentication)) {
            return new MainstayException(
                    ErrorCode.MESSAGES_AUTH,
                    address + " refused the user or the password of messages.url: " + last(failure),
                    failure);
        }
        return unreachable(address, failure);
    }

    static MainstayException of(String address, RedisException failure) {
        if (causes(failure).anyMatch(RedisFailures::isAuthentication)) {
            return new MainstayException(
                    ErrorCode.MESSAGES_AUTH, address + " refuses this user a command: " + last(failure), failure);
        }
        if (failure instanceof RedisLoadingException || isNotConnected(failure)) {
            return unreachable(address, failure);
        }
        if (failure instanceof RedisCommandExecutionException) {
            return new MainstayException(
                    ErrorCode.MESSAGES_UNSUITABLE, address + " refuses a step: " + last(failure), failure);
        }
        return new MainstayException(
                ErrorCode.MESSAGES_UNKNOWN,
                address + " gave no answer: what it was told may have been done or not (" + last(failure) + ")",
                failure);
    }

    private static boolean isNotConnected(RedisException failure) {
        return failure instanceof RedisConnectionException
                || String.valueOf(failure.getMessage()).contains("not connected");
    }

    private static MainstayException unreachable(String address, RedisException failure) {
        return new MainstayException(
                ErrorCode.MESSAGES_UNREACHABLE,
                address + " does not answer, so no message can be kept or handed out: " + last(failure),
                failure);
    }

    private static boolean isAuthentication(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return Stream.of("WRONGPASS", "NOAUTH", "NOPERM", "invalid password", "without any password")
                .anyMatch(message::contains);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    private static String last(Throwable failure) {
        return String.valueOf(
                causes(failure).reduce((former, cause) -> cause).orElse(failure).getMessage());
    }
}

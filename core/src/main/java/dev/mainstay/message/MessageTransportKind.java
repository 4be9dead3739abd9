package dev.mainstay.message;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// A place elsewhere than PostgreSQL where messages can be kept; found by [ServiceLoader]. Thread-safe.
public interface MessageTransportKind {
    /// The word after `transport:`, for example `redis`.
    String name();

    /// Connects; the caller closes what is returned.
    ///
    /// @param retention messages older than this are forgotten, unless a group still needs them
    /// @throws MainstayException when its library is missing, the URL is none, or the server refuses or is away
    MessageTransport open(String url, Duration retention);

    /// Connects, sees that the server is suitable, and leaves again without a trace.
    ///
    /// @return what was found
    /// @throws MainstayException as [#open] does
    String tryOut(String url);

    /// The kind of this name.
    ///
    /// @throws MainstayException CONFIG_INVALID when there is none
    static MessageTransportKind named(String name) {
        ServiceLoader<MessageTransportKind> kinds = ServiceLoader.load(MessageTransportKind.class);
        return StreamSupport.stream(kinds.spliterator(), false)
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new MainstayException(
                        ErrorCode.CONFIG_INVALID,
                        "messages.transport must be postgres" + names(kinds) + ", was " + name));
    }

    private static String names(ServiceLoader<MessageTransportKind> kinds) {
        return StreamSupport.stream(kinds.spliterator(), false)
                .map(kind -> " or " + kind.name())
                .sorted()
                .collect(Collectors.joining());
    }
}

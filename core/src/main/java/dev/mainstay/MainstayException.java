package dev.mainstay;

import org.jspecify.annotations.Nullable;

/// The one root of what Mainstay throws on purpose. The message says what failed, where, and what to do; the
/// [ErrorCode] says the same to a program. Expected ends are values, not exceptions.
///
/// Immutable and thread-safe.
public class MainstayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public MainstayException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public MainstayException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}

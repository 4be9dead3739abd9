package dev.mainstay.task;

/// A failure that no retry can mend: the task becomes a dead letter at once. Not
/// thread-safe, as no exception is.
public final class NotRetryableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NotRetryableException(String message) {
        super(message);
    }

    public NotRetryableException(String message, Throwable cause) {
        super(message, cause);
    }
}

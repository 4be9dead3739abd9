package dev.mainstay.alert.notify;

/// A notification is not sent where its settings say. Immutable and thread-safe.
public final class RefusedDestination extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedDestination(String message) {
        super(message);
    }
}

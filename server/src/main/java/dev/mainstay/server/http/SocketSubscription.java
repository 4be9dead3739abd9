package dev.mainstay.server.http;

/// One subscription of a socket. Implementations are thread-safe.
sealed interface SocketSubscription permits SocketTail, SocketGroup {
    /// This one is handled; so are those before it, for one that only watches.
    void ack(long position);

    /// Makes the window larger or smaller.
    void credit(int most);

    /// Ends it; what is in hand goes to others.
    void close();
}

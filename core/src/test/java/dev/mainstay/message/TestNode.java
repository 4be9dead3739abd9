package dev.mainstay.message;

/// A node of a test: a bus of its own on the store that all nodes of the test share.
interface TestNode extends AutoCloseable {
    MessageBus bus();

    MessageTransport transport();

    /// Ends as a process does that is killed: nothing more is settled. Returns when the other nodes know of its death.
    void kill();

    @Override
    void close();
}

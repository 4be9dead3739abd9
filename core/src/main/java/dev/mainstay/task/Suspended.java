package dev.mainstay.task;

/// Leaves the handler of a task that waits. Not a failure, and an error only so that a handler which catches its
/// exceptions does not catch this. Not thread-safe.
final class Suspended extends Error {
    private static final long serialVersionUID = 1;

    Suspended(String waitsFor) {
        super("the task waits for " + waitsFor + " and runs again then; let this pass", null, false, false);
    }
}

package dev.mainstay.alert;

/// A way to tell people. Called by several threads at once; a call that throws, or takes longer than half a minute, is
/// tried again later.
@FunctionalInterface
public interface Notifier {
    /// Returns when the notification was taken.
    ///
    /// @throws Exception when it was not; the message says why, and stands in the delivery log
    void send(Notification notification) throws Exception;

    /// As [#send], and says in a few words what was answered.
    default String sendAndHear(Notification notification) throws Exception {
        send(notification);
        return "taken";
    }
}

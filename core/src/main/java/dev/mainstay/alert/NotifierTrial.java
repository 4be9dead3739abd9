package dev.mainstay.alert;

import java.util.UUID;

/// How it ended to send a test through a notifier. Immutable and thread-safe.
///
/// @param notification the one that was sent, as it stands in the delivery log
/// @param answer what was answered, or why nothing was taken
public record NotifierTrial(UUID notification, String notifier, boolean taken, String answer, long millis) {}

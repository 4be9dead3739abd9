package dev.mainstay.message;

/// What is done with a message. In a consumer group returning is the ack; throwing means that it is tried again
/// later, or dead at once with a [dev.mainstay.task.NotRetryableException]. It may see a message twice, so it must
/// be safe to repeat, and it is called on several threads at a time.
@FunctionalInterface
public interface MessageHandler {
    void handle(Message message) throws Exception;
}

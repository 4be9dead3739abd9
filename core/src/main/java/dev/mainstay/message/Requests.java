package dev.mainstay.message;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Requests of one organization on this node that wait for their answers, on a reply channel of their own.
/// Thread-safe.
final class Requests {
    private final String channel = Channels.ofReplies(UUID.randomUUID().toString());
    private final Map<String, CompletableFuture<Message>> waiting = new ConcurrentHashMap<>();

    Interest replies() {
        return Interest.in(channel);
    }

    void answered(Message reply) {
        String correlation = reply.correlationId();
        CompletableFuture<Message> request = correlation == null ? null : waiting.get(correlation);
        if (request != null) {
            request.complete(reply);
        }
    }

    /// Publishes by `bus` and waits for the first answer.
    Message ask(MessageBus bus, NewMessage request, Duration patience) {
        String given = request.correlationId();
        String correlation = given == null ? UUID.randomUUID().toString() : given;
        CompletableFuture<Message> answer = new CompletableFuture<>();
        if (waiting.putIfAbsent(correlation, answer) != null) {
            throw new IllegalArgumentException("a request with correlation id " + correlation + " is under way");
        }
        try {
            bus.publish(request.correlation(correlation).replyingTo(channel).expiringAfter(patience));
            return await(answer, request, patience);
        } finally {
            waiting.remove(correlation);
        }
    }

    private static Message await(CompletableFuture<Message> answer, NewMessage request, Duration patience) {
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new MainstayException(
                    ErrorCode.REPLY_TIMEOUT,
                    "nobody answered the request to " + request.channel() + " within " + patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MainstayException(
                    ErrorCode.REPLY_TIMEOUT, "interrupted while waiting for an answer from " + request.channel(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}

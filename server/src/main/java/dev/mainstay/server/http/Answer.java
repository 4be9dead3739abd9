package dev.mainstay.server.http;

import dev.mainstay.server.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// What a handler answers: bytes at once, bytes that must arrive, or a stream that is written while it lasts.
/// Immutable.
public sealed interface Answer {
    int status();

    Map<String, String> headers();

    /// The whole answer. The array is not copied: whoever gives it keeps it unchanged.
    @SuppressWarnings("ArrayRecordComponent") // never compared; copying 70 kB a request would cost more than it guards
    record Whole(int status, String contentType, byte[] body, Map<String, String> headers) implements Answer {}

    /// Something that was handed to the caller, and is taken back by `undelivered` when the caller had gone.
    record Handed(Whole whole, Runnable undelivered) implements Answer {
        @Override
        public int status() {
            return whole.status;
        }

        @Override
        public Map<String, String> headers() {
            return whole.headers;
        }
    }

    /// Written by the request's own thread until `source` returns.
    record Streamed(String contentType, Source source, Map<String, String> headers) implements Answer {
        @Override
        public int status() {
            return 200;
        }
    }

    /// Writes a stream; it flushes when something should arrive, and returns when the stream is over.
    @FunctionalInterface
    interface Source {
        void writeTo(OutputStream output) throws IOException, InterruptedException;
    }

    static Answer json(Object value) {
        return json(200, value);
    }

    static Answer json(int status, Object value) {
        return encoded(status, Json.bytes(value));
    }

    /// JSON that is encoded already.
    static Answer encoded(int status, byte[] json) {
        return new Whole(status, Json.MEDIA_TYPE, json, Map.of());
    }

    static Answer text(String contentType, String text) {
        return new Whole(200, contentType, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static Answer empty(int status) {
        return new Whole(status, "", new byte[0], Map.of());
    }

    default Answer with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers());
        more.put(header, value);
        return switch (this) {
            case Whole whole -> new Whole(whole.status, whole.contentType, whole.body, Map.copyOf(more));
            case Handed handed ->
                new Handed(
                        new Whole(handed.status(), handed.whole.contentType, handed.whole.body, Map.copyOf(more)),
                        handed.undelivered);
            case Streamed streamed -> new Streamed(streamed.contentType, streamed.source, Map.copyOf(more));
        };
    }
}

package dev.mainstay.server.http;

/// Answers the requests of one route; throws a [Refusal] to say no.
@FunctionalInterface
public interface Handler {
    Answer handle(Request request) throws Exception;
}

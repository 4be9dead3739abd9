package dev.mainstay.server.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// Files on the class path. Stateless and thread-safe.
final class Resource {
    private Resource() {}

    static byte[] read(String path) {
        try (InputStream stream = open(path)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static InputStream open(String path) {
        InputStream stream = Resource.class.getResourceAsStream(path);
        if (stream == null) {
            throw new IllegalStateException("the dashboard needs " + path + ", which is not on the class path");
        }
        return stream;
    }
}

package dev.mainstay.server.web;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256, as names of content and as what the content security policy asks for. Stateless and thread-safe.
final class Digest {
    private Digest() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static byte[] of(byte[] content) {
        return sha256().digest(content);
    }
}

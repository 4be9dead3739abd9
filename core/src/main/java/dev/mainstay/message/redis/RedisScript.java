package dev.mainstay.message.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/// The steps that Redis does as a whole, each a script beside this class with the prelude before it. Thread-safe.
enum RedisScript {
    APPEND,
    READ,
    FETCH,
    NEWEST,
    CHANNELS,
    POSITION,
    DECLARE,
    GROUP,
    REMOVE,
    HELD,
    SEEK,
    CLAIM,
    SETTLE,
    RENEW,
    READY,
    RESCUE,
    DEAD_LETTERS,
    GROUPS,
    BURY,
    PASS,
    TRIM,
    TIDY;

    private final String text;
    private final String digest;

    RedisScript() {
        text = resource("prelude") + resource(name().toLowerCase(Locale.ROOT));
        digest = digest(text);
    }

    private static String resource(String name) {
        try (InputStream stream = RedisScript.class.getResourceAsStream(name + ".lua")) {
            if (stream == null) {
                throw new IllegalStateException("script " + name + ".lua is missing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(String script) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(script.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    String text() {
        return text;
    }

    /// By which Redis knows a script that it has run before.
    String digest() {
        return digest;
    }
}
